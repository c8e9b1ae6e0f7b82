import { expect, test } from "vitest";
import { TalkLine, type TalkState, VOICE_WORDS, WELCOME_LIMIT_MS } from "../src/seat/talk/talkLine";
import { FakePhone } from "./callFakes";
import { seatPage } from "./seatFakes";

function ready(): { phone: FakePhone; talk: TalkLine; states: TalkState[] } {
  const phone = new FakePhone();
  const states: TalkState[] = [];
  return { phone, states, talk: new TalkLine(phone, () => "csrf", (state) => states.push(state)) };
}

async function talking(): Promise<ReturnType<typeof ready>> {
  const scene = ready();
  await scene.talk.start("a");
  scene.phone.socket.open();
  scene.phone.socket.receive({ type: "welcome", conversation: "a", rate_hz: 16000 });
  scene.phone.socket.receive({ type: "caller", on: true, line: "phone" });
  return scene;
}

test("a seat talks in the conversation that is his, under his session's CSRF value", async () => {
  const { phone, talk } = await talking();
  expect(phone.socket.sent).toEqual([{ type: "hello", csrf: "csrf", conversation: "a" }]);
  expect(talk.state).toMatchObject({ phase: "on", conversation: "a", caller: true });
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
  const pcm = new ArrayBuffer(640);
  phone.socket.sound(pcm);
  expect(phone.voice.played).toEqual([pcm]);
});

test("muted or on hold nothing of the seat is sent; hold also silences what was on its way", async () => {
  const { phone, talk } = await talking();
  talk.mute(true);
  phone.voice.speak();
  talk.mute(false);
  talk.hold(true);
  expect(phone.socket.sent[1]).toEqual({ type: "hold", on: true });
  phone.socket.receive({ type: "held", on: true });
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(0);
  expect(phone.voice.played).toEqual(["drop"]);
  phone.socket.receive({ type: "held", on: false });
  phone.voice.speak();
  expect(phone.socket.audio).toHaveLength(1);
});

test("leaving the talk lets go of the microphone; hanging up ends the citizen's call too", async () => {
  const left = await talking();
  left.talk.stop();
  expect(left.phone.socket.types()).not.toContain("hang_up");
  expect([left.phone.voice.closed, left.talk.state.phase]).toEqual([true, "idle"]);
  const hung = await talking();
  hung.talk.hangUp();
  expect(hung.phone.socket.types()).toContain("hang_up");
  expect([hung.phone.voice.closed, hung.phone.socket.closedByPage]).toEqual([true, true]);
});

test("a talk ends when the conversation changes hands, and nothing is said to have failed", async () => {
  const { phone, talk } = await talking();
  phone.socket.receive({ type: "ended", why: "owner" });
  expect([talk.state.phase, talk.state.words]).toEqual(["idle", ""]);
});

test("what keeps a talk from beginning or breaks it is said", async () => {
  const denied = ready();
  denied.phone.refusal = "denied";
  await denied.talk.start("a");
  expect(denied.talk.state).toMatchObject({ phase: "failed", conversation: "a", words: VOICE_WORDS.denied });

  const refused = ready();
  await refused.talk.start("a");
  refused.phone.socket.receive({ type: "error", code: "not_the_owner", text: "这个会话现在不由您接待" });
  expect(refused.talk.state.words).toBe("这个会话现在不由您接待");

  const slow = ready();
  await slow.talk.start("a");
  slow.phone.clock.advance(WELCOME_LIMIT_MS);
  expect(slow.talk.state.words).toBe(VOICE_WORDS.no_answer);

  const broken = await talking();
  broken.phone.socket.lose();
  expect(broken.talk.state).toMatchObject({ phase: "failed", words: VOICE_WORDS.line_lost });
  expect(broken.phone.voice.closed).toBe(true);
});

test("a talk in another conversation ends the one before", async () => {
  const { phone, talk } = await talking();
  const first = phone.voice;
  await talk.start("b");
  expect([first.closed, talk.state.conversation, phone.sockets.length]).toEqual([true, "b", 2]);
});

test("the console knows who is on the line as long as the gateway says so", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.socket.receive({ type: "call", conversation: "a", on: true, line: "browser" });
  expect(desk.view("a").call).toBe("browser");
  browser.clock.advance(6_000);
  browser.socket.receive({ type: "call", conversation: "a", on: true, line: "browser" });
  browser.clock.advance(6_000);
  expect(desk.view("a").call).toBe("browser");
  browser.clock.advance(6_000);
  expect(desk.view("a").call).toBeNull();
  browser.socket.receive({ type: "call", conversation: "a", on: true, line: "phone" });
  browser.socket.receive({ type: "call", conversation: "a", on: false, line: "phone" });
  expect(desk.view("a").call).toBeNull();
});
