import { expect, test } from "vitest";
import { CallLine, WELCOME_LIMIT_MS } from "../src/citizen/call/callLine";
import type { CallState } from "../src/citizen/call/callState";
import { readServerFrame } from "../src/citizen/call/wire";
import { activityWords, OFFLINE, VOICE_WORDS } from "../src/citizen/call/words";
import { FakePhone } from "./callFakes";

const SESSION = { conversation: "c1", token: "t1" };

function ready(): { phone: FakePhone; call: CallLine; states: CallState[] } {
  const phone = new FakePhone();
  const states: CallState[] = [];
  const call = new CallLine(phone, (state) => states.push(state));
  return { phone, call, states };
}

async function talking(): Promise<ReturnType<typeof ready>> {
  const scene = ready();
  await scene.call.start(SESSION);
  scene.phone.socket.open();
  scene.phone.socket.receive({ type: "welcome", conversation: "c1", owner: "BOT", rate_hz: 16000 });
  return scene;
}

test("a call asks for the microphone, says hello with the chat's conversation, and talks", async () => {
  const { phone, call, states } = await talking();
  expect(states.map((state) => state.phase)).toEqual(["asking", "connecting", "talking"]);
  expect(phone.socket.sent).toEqual([{ type: "hello", ...SESSION }]);
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
  const pcm = new ArrayBuffer(640);
  phone.socket.sound(pcm);
  phone.socket.receive({ type: "drop" });
  expect(phone.voice.played).toEqual([pcm, "drop"]);
  expect(call.state.since).toBe(phone.clock.now());
});

test("nothing is sent before the hotline has answered, nor while muted", async () => {
  const { phone, call } = ready();
  await call.start(SESSION);
  phone.voice.speak();
  phone.socket.open();
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  phone.socket.receive({ type: "welcome" });
  call.mute(true);
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  expect([phone.voice.muted, call.state.muted]).toEqual([true, true]);
  call.mute(false);
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
  expect(phone.socket.types()).toEqual(["hello", "mute", "mute"]);
});

test("captions and states are shown as they come", async () => {
  const { phone, call } = await talking();
  phone.socket.receive({ type: "state", state: "listening" });
  phone.socket.receive({ type: "caption", from: "citizen", text: "我要", final: false });
  expect(call.state).toMatchObject({ activity: "listening", own: "我要", own_final: false });
  phone.socket.receive({ type: "caption", from: "citizen", text: "我要投诉。", final: true });
  phone.socket.receive({ type: "caption", from: "hotline", text: "请讲。", final: true, seq: 3 });
  phone.socket.receive({ type: "caption", from: "hotline", text: "请", cut: true, seq: 3 });
  expect(call.state).toMatchObject({ own: "我要投诉。", own_final: true, hotline: "请…" });
});

test.each(["denied", "missing", "busy", "insecure", "unsupported", "failed"] as const)(
  "without a microphone (%s) the citizen is told what to do, and may try again",
  async (problem) => {
    const { phone, call } = ready();
    phone.refusal = problem;
    await call.start(SESSION);
    expect(call.state).toMatchObject({ phase: "failed", words: VOICE_WORDS[problem] });
    expect(phone.sockets).toHaveLength(0);
    phone.refusal = null;
    await call.start(SESSION);
    expect(call.state.phase).toBe("connecting");
  },
);

test("offline, nobody is asked for the microphone", async () => {
  const { phone, call } = ready();
  phone.connected = false;
  await call.start(SESSION);
  expect(call.state).toMatchObject({ phase: "failed", words: OFFLINE });
  expect(phone.voices).toHaveLength(0);
});

test("what the gateway says against a call is shown", async () => {
  const { phone, call } = ready();
  await call.start(SESSION);
  phone.socket.open();
  phone.socket.receive({ type: "error", code: "speech_unavailable", text: "语音服务暂时不可用", retryable: true });
  phone.socket.lose(1013);
  expect(call.state).toMatchObject({ phase: "failed", words: "语音服务暂时不可用" });
  expect(phone.voice.closed).toBe(true);
});

test("a gateway that does not answer is not waited for for ever", async () => {
  const { phone, call } = ready();
  await call.start(SESSION);
  phone.clock.advance(WELCOME_LIMIT_MS);
  expect(call.state).toMatchObject({ phase: "failed", words: VOICE_WORDS.no_answer });
  expect([phone.voice.closed, phone.socket.closedByPage]).toEqual([true, true]);
});

test("a line that breaks ends the call audibly for nobody and visibly for the caller", async () => {
  const broken = await talking();
  broken.phone.clock.advance(5000);
  broken.phone.socket.lose();
  expect(broken.call.state).toMatchObject({ phase: "failed", words: VOICE_WORDS.line_lost, lasted: 5000 });

  const offline = await talking();
  offline.call.networkLost();
  expect(offline.call.state.words).toBe(VOICE_WORDS.line_lost);
});

test("hanging up tells the gateway and lets go of the microphone", async () => {
  const { phone, call } = await talking();
  for (let second = 0; second < 61; second += 1) {
    phone.socket.receive({ type: "pong" });
    phone.clock.advance(1000);
  }
  call.hangUp();
  expect(phone.socket.types()).toEqual(expect.arrayContaining(["hang_up"]));
  expect([phone.voice.closed, phone.socket.closedByPage]).toEqual([true, true]);
  expect(call.state).toMatchObject({ phase: "ended", lasted: 61_000 });
  call.dismiss();
  expect(call.state.phase).toBe("idle");
});

test("when the hotline hangs up, its last words still play", async () => {
  const { phone, call } = await talking();
  phone.socket.receive({ type: "ended", why: "hotline" });
  expect([phone.voice.closed, call.state.phase]).toEqual([false, "talking"]);
  phone.clock.advance(1000);
  expect([phone.voice.closed, call.state.phase]).toEqual([true, "ended"]);
});

test("who hangs up before he has allowed the microphone is not called after all", async () => {
  const { phone, call } = ready();
  let allow = (): void => undefined;
  phone.hesitating = new Promise((resolve) => (allow = resolve));
  const starting = call.start(SESSION);
  call.hangUp();
  allow();
  await starting;
  expect(phone.sockets).toHaveLength(0);
  expect(phone.voice.closed).toBe(true);
  expect(call.state.phase).toBe("ended");
});

test("keys are pressed only during a call", async () => {
  const { phone, call } = await talking();
  call.press("0");
  call.hangUp();
  call.press("1");
  expect(phone.socket.sent.filter((frame) => frame["type"] === "key")).toEqual([{ type: "key", key: "0" }]);
});

test("frames of newer gateways are ignored", () => {
  expect(readServerFrame('{"type":"hologram"}')).toBeNull();
  expect(readServerFrame('{"type":"state","state":"dancing"}')).toBeNull();
  expect(readServerFrame("no json")).toBeNull();
});

test("states read as people say them", async () => {
  const { call } = await talking();
  expect(activityWords({ ...call.state, activity: "seat" })).toBe("人工坐席为您服务");
  expect(activityWords({ ...call.state, muted: true })).toBe("您已静音");
});

test("an interrupted call tells the hotline, shows it, and goes on", async () => {
  const { phone, call } = await talking();
  phone.voice.handlers.interrupted(true);
  expect(phone.socket.sent.at(-1)).toEqual({ type: "mute", on: true });
  phone.socket.receive({ type: "muted", on: true });
  expect(call.state).toMatchObject({ interrupted: true, muted: false, phase: "talking" });
  expect(activityWords(call.state)).toContain("被打断");
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  call.resume();
  expect(phone.voice.resumed).toBe(1);
  phone.voice.handlers.interrupted(false);
  expect(phone.socket.sent.at(-1)).toEqual({ type: "mute", on: false });
  phone.socket.receive({ type: "muted", on: false });
  expect(call.state).toMatchObject({ interrupted: false, muted: false });
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
});

test("who has muted, or mutes meanwhile, stays muted after an interruption", async () => {
  const { phone, call } = await talking();
  call.mute(true);
  phone.voice.handlers.interrupted(true);
  phone.voice.handlers.interrupted(false);
  expect(phone.socket.types()).toEqual(["hello", "mute"]);
  expect(call.state.muted).toBe(true);
  call.mute(false);
  phone.voice.handlers.interrupted(true);
  call.mute(true);
  phone.voice.handlers.interrupted(false);
  // The hotline has been told of the interruption, and that is what he wants now.
  expect(phone.socket.sent.slice(1)).toEqual([
    { type: "mute", on: true },
    { type: "mute", on: false },
    { type: "mute", on: true },
  ]);
  expect(call.state.muted).toBe(true);
});

test("who unmutes during an interruption is heard after it, and one before the answer is told with it", async () => {
  const { phone, call } = await talking();
  call.mute(true);
  phone.voice.handlers.interrupted(true);
  call.mute(false);
  phone.voice.handlers.interrupted(false);
  expect(phone.socket.sent.at(-1)).toEqual({ type: "mute", on: false });
  call.hangUp();
  await call.start(SESSION);
  phone.voice.handlers.interrupted(true);
  phone.socket.open();
  expect(phone.socket.types()).toEqual(["hello"]);
  phone.socket.receive({ type: "welcome" });
  expect(phone.socket.sent.at(-1)).toEqual({ type: "mute", on: true });
});
