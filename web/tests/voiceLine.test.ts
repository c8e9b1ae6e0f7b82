import { expect, test } from "vitest";
import { DEAD_AFTER_MS, MOST_WAITING_BYTES, PING_EVERY_MS, VoiceLine } from "../src/shared/audio/voiceLine";
import { FakePhone } from "./callFakes";

const WELCOME_LIMIT_MS = 7_000;

type Server = { type: string };
type Client = { type: string; name?: string };

/** A line, and what its owner was told. */
function ready(): { phone: FakePhone; line: VoiceLine<Client, Server>; told: string[]; levels: number[]; owner: { silent: boolean } } {
  const phone = new FakePhone();
  const told: string[] = [];
  const levels: number[] = [];
  const owner = { silent: false };
  const line = new VoiceLine<Client, Server>(
    phone,
    {
      connecting: () => told.push("connecting"),
      read: (data) => {
        const frame = JSON.parse(data) as Server;
        return frame.type === "hologram" ? null : frame;
      },
      received: (frame) => told.push(frame.type),
      speaks: () => !owner.silent,
      level: (level) => levels.push(level),
      interrupted: (on) => told.push(on ? "interrupted" : "resumed"),
      failed: (why) => told.push(`failed: ${why}`),
    },
    WELCOME_LIMIT_MS,
  );
  return { phone, line, told, levels, owner };
}

const hello = (): Client => ({ type: "hello", name: "a" });

async function open(): Promise<ReturnType<typeof ready>> {
  const scene = ready();
  await scene.line.open(hello);
  scene.phone.socket.open();
  scene.phone.socket.receive({ type: "welcome" });
  return scene;
}

test("a line has its microphone before its socket, says hello first and hands on what it understands", async () => {
  const { phone, line, told } = ready();
  await line.open(hello);
  expect([told, phone.voices.length, phone.sockets.length]).toEqual([["connecting"], 1, 1]);
  phone.socket.open();
  phone.socket.receive({ type: "welcome" });
  phone.socket.receive({ type: "hologram" });
  phone.socket.receive({ type: "caption" });
  expect(told).toEqual(["connecting", "welcome", "caption"]);
  expect(phone.socket.sent).toEqual([{ type: "hello", name: "a" }]);
});

test("audio is sent once the gateway has answered, while the owner lets it; what comes is played", async () => {
  const { phone, line, owner } = ready();
  await line.open(hello);
  phone.socket.open();
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  phone.socket.receive({ type: "welcome" });
  phone.voice.speak();
  owner.silent = true;
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
  const pcm = new ArrayBuffer(640);
  phone.socket.sound(pcm);
  line.drop();
  expect(phone.voice.played).toEqual([pcm, "drop"]);
});

test("audio that the network does not take is left out instead of arriving late", async () => {
  const { phone } = await open();
  phone.socket.unsent = MOST_WAITING_BYTES;
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  phone.socket.unsent = 0;
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
});

test("the meter shows the loudest of each tenth of a second", async () => {
  const { phone, levels } = await open();
  for (const level of [0.5, 0.25, 0.75, 0.1, 0.2, 0.3]) {
    phone.voice.speak(level);
    phone.clock.advance(20);
  }
  expect(levels).toEqual([0.5, 0.75]);
});

test.each([
  ["before the gateway has answered", false, "no_answer"],
  ["after it", true, "line_lost"],
])("a socket that closes %s is told as such", async (_when, welcomed, why) => {
  const { phone, line, told } = ready();
  await line.open(hello);
  phone.socket.open();
  if (welcomed) phone.socket.receive({ type: "welcome" });
  phone.socket.lose();
  expect(told[told.length - 1]).toBe(`failed: ${why}`);
  expect(phone.voice.closed).toBe(true);
});

test("a microphone that is refused, or pulled out later, is told; nothing stays open", async () => {
  const refused = ready();
  refused.phone.refusal = "denied";
  await refused.line.open(hello);
  expect([refused.told, refused.phone.sockets.length]).toEqual([["failed: denied"], 0]);

  const pulled = await open();
  pulled.phone.voice.handlers.lost();
  expect(pulled.told[pulled.told.length - 1]).toBe("failed: microphone_lost");
  expect([pulled.phone.voice.closed, pulled.phone.socket.closedByPage]).toEqual([true, true]);
});

test("a gateway that does not answer is waited for as long as the owner said", async () => {
  const { phone, line, told } = ready();
  await line.open(hello);
  phone.socket.open();
  phone.clock.advance(WELCOME_LIMIT_MS - 1);
  expect(told).toEqual(["connecting"]);
  phone.clock.advance(1);
  expect(told).toEqual(["connecting", "failed: no_answer"]);
});

test("the line is pinged; any word or sound keeps it alive, silence ends it", async () => {
  const { phone, told } = await open();
  for (let i = 0; i < 4; i += 1) {
    phone.clock.advance(PING_EVERY_MS);
    if (i % 2 === 0) phone.socket.receive({ type: "pong" });
    else phone.socket.sound(new ArrayBuffer(640));
  }
  expect(phone.socket.types()).toEqual(["hello", "ping", "ping", "ping", "ping"]);
  expect(told).not.toContain("failed: line_lost");
  phone.clock.advance(DEAD_AFTER_MS + PING_EVERY_MS);
  expect(told.filter((word) => word.startsWith("failed"))).toEqual(["failed: line_lost"]);
  expect([phone.voice.closed, phone.socket.closedByPage]).toEqual([true, true]);
});

test("closed while the browser still asks for the microphone, the line does not come about", async () => {
  const { phone, line, told } = ready();
  let allow = (): void => undefined;
  phone.hesitating = new Promise((resolve) => (allow = resolve));
  const opening = line.open(hello);
  line.close();
  allow();
  await opening;
  expect([told, phone.sockets.length, phone.voice.closed]).toEqual([[], 0, true]);
});

test("what comes late from an old line does not touch the next", async () => {
  const { phone, line, told, levels } = await open();
  const [oldSocket, oldVoice] = [phone.socket, phone.voice];
  await line.open(hello);
  phone.socket.open();
  phone.socket.receive({ type: "welcome" });
  const before = [...told];
  oldSocket.open();
  oldSocket.receive({ type: "caption" });
  oldSocket.sound(new ArrayBuffer(640));
  oldVoice.speak();
  oldVoice.handlers.lost();
  oldSocket.lose();
  expect([told, levels, phone.socket.audio, phone.voice.played]).toEqual([before, [], [], []]);
  expect([phone.voice.closed, phone.socket.closedByPage]).toEqual([false, false]);
});

test("played out, the line takes and sends nothing more, and is closed before its owner hears of it", async () => {
  const { phone, line, told } = await open();
  line.playOut(600, () => told.push(phone.voice.closed ? "over, closed" : "over, open"));
  expect([phone.socket.closedByPage, phone.voice.closed]).toEqual([true, false]);
  phone.voice.speak();
  line.write({ type: "mute" });
  phone.clock.advance(600);
  expect(told).toEqual(["connecting", "welcome", "over, closed"]);
  expect([phone.socket.audio, phone.socket.types()]).toEqual([[], ["hello"]]);
});

test("what comes while the browser has taken the sound away does not sound later", async () => {
  const { phone, line, told } = await open();
  const [before, meanwhile, after] = [new ArrayBuffer(640), new ArrayBuffer(640), new ArrayBuffer(640)];
  phone.socket.sound(before);
  phone.voice.handlers.interrupted(true);
  phone.socket.sound(meanwhile);
  line.resume();
  phone.voice.handlers.interrupted(false);
  phone.socket.sound(after);
  expect(phone.voice.played).toEqual([before, "drop", after]);
  expect(told.slice(-2)).toEqual(["interrupted", "resumed"]);
  expect(phone.voice.resumed).toBe(1);
});

test("an interruption of a line that was closed is nobody's any more", async () => {
  const { phone, line, told } = await open();
  const { handlers } = phone.voice;
  handlers.interrupted(true);
  line.close();
  handlers.interrupted(false);
  expect(told.at(-1)).toBe("interrupted");
  await line.open(hello);
  phone.socket.open();
  phone.socket.receive({ type: "welcome" });
  phone.socket.sound(new ArrayBuffer(640));
  expect(phone.voice.played).toHaveLength(1);
});
