import { expect, test } from "vitest";
import {
  ACK_LIMIT_MS,
  ChatConnection,
  OFFLINE_AFTER_MS,
  PING_EVERY_MS,
  PONG_LIMIT_MS,
  STABLE_AFTER_MS,
  WELCOME_LIMIT_MS,
} from "../src/citizen/chat/connection";
import { FakeBrowser, MemoryStore, message } from "./fakes";

function page(store?: MemoryStore): { browser: FakeBrowser; chat: ChatConnection } {
  const browser = new FakeBrowser(store);
  const chat = new ChatConnection(browser, () => undefined);
  chat.start();
  return { browser, chat };
}

function welcome(browser: FakeBrowser, more: object = {}): void {
  browser.socket.open();
  browser.socket.receive({
    type: "welcome",
    conversation: "c1",
    token: "secret",
    owner: "BOT",
    last_seq: 0,
    ...more,
  });
}

const texts = (chat: ChatConnection): string[] => chat.state.messages.map((m) => m.text);

test("the first hello starts a conversation and a later page resumes it", () => {
  const { browser } = page();
  browser.socket.open();
  expect(browser.socket.sent).toEqual([{ type: "hello", conversation: null, token: null, after: 0 }]);
  welcome(browser);

  const later = page(browser.store);
  later.browser.socket.open();
  expect(later.browser.socket.sent).toEqual([{ type: "hello", conversation: "c1", token: "secret", after: 0 }]);
});

test("a reconnect asks only for what is missing and drops what it already has", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive(message(1, "您好"));
  browser.socket.receive(message(2, "请讲"));
  browser.socket.lose();
  browser.clock.advance(1000);
  expect(browser.sockets).toHaveLength(2);
  welcome(browser, { token: null, last_seq: 3 });
  expect(browser.socket.sent[0]).toEqual({ type: "hello", conversation: "c1", token: "secret", after: 2 });
  browser.socket.receive(message(2, "请讲"));
  browser.socket.receive(message(3, "还在吗"));
  expect(texts(chat)).toEqual(["您好", "请讲", "还在吗"]);
});

test("messages that come out of order are shown in order, and a hole is asked for once", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive(message(1, "一"));
  browser.socket.receive(message(3, "三"));
  browser.clock.advance(1000);
  welcome(browser, { token: null });
  expect(browser.socket.sent[0]).toMatchObject({ after: 1 });
  browser.socket.receive(message(3, "三"));
  browser.clock.advance(5000);
  expect(browser.sockets).toHaveLength(2);
  browser.socket.receive(message(2, "二"));
  expect(texts(chat)).toEqual(["一", "二", "三"]);
});

test("a message is sent, acknowledged, echoed, and shown once", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  expect(browser.socket.sends("send")).toEqual([{ type: "send", message_id: "m1", text: "你好" }]);
  expect(chat.state.outbox[0]?.state).toBe("sending");
  browser.socket.receive({ type: "ack", message_id: "m1", seq: 1 });
  expect(chat.state.outbox[0]?.state).toBe("delivered");
  browser.socket.receive(message(1, "你好", { from: "citizen", message_id: "m1" }));
  expect(chat.state.outbox).toEqual([]);
  expect(texts(chat)).toEqual(["你好"]);
});

test("a quick reply carries its payload", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("确认", "/affirm");
  expect(browser.socket.sends("send")).toEqual([{ type: "send", message_id: "m1", text: "确认", payload: "/affirm" }]);
});

test("what is written offline is sent in order after the reconnect, each after the ack of the one before", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.networkLost();
  expect(chat.state.line).toBe("offline");
  chat.send("一");
  chat.send("二");
  expect(chat.state.outbox.map((e) => e.state)).toEqual(["queued", "queued"]);
  chat.networkBack();
  welcome(browser, { token: null });
  expect(browser.socket.sends("send").map((f) => (f as { text: string }).text)).toEqual(["一"]);
  browser.socket.receive({ type: "ack", message_id: "m1", seq: 1 });
  expect(browser.socket.sends("send").map((f) => (f as { text: string }).text)).toEqual(["一", "二"]);
});

test("a message without ack is sent again with the same id after the reconnect", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  browser.socket.lose();
  browser.clock.advance(1000);
  welcome(browser, { token: null });
  expect(browser.socket.sends("send")).toEqual([{ type: "send", message_id: "m1", text: "你好" }]);
  expect(chat.state.outbox).toHaveLength(1);
});

test("a silent server is given up when the ack does not come", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  // Other frames keep the line alive, yet the ack is overdue.
  browser.clock.advance(ACK_LIMIT_MS);
  expect(browser.socket.closedByPage).toBe(true);
  expect(chat.state.outbox[0]?.state).toBe("queued");
});

test("the outbox survives a reload, in order, and forgets what the server has", () => {
  const { browser, chat } = page();
  chat.send("一");
  chat.send("二");
  chat.send("三");
  welcome(browser);
  browser.socket.receive({ type: "ack", message_id: "m1", seq: 1 });

  const later = page(browser.store);
  expect(later.chat.state.outbox.map((e) => [e.message_id, e.text, e.state])).toEqual([
    ["m2", "二", "queued"],
    ["m3", "三", "queued"],
  ]);
});

test("after a reload a resent message whose echo is already in the history shows once", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");

  const later = page(browser.store);
  welcome(later.browser, { token: null, last_seq: 1 });
  later.browser.socket.receive(message(1, "你好", { from: "citizen", message_id: "m1" }));
  later.browser.socket.receive({ type: "ack", message_id: "m1", seq: 1 });
  expect(texts(later.chat)).toEqual(["你好"]);
  expect(later.chat.state.outbox).toEqual([]);
  expect([...browser.store.held.keys()]).toEqual(["minsheng.chat.session"]);
});

test("a refused message fails with the server's reason and can be retried", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("长");
  const refusal = { type: "error", code: "too_long", text: "内容太长", retryable: false, message_id: "m1" };
  browser.socket.receive(refusal);
  expect(chat.state.outbox[0]).toMatchObject({ state: "failed", reason: "内容太长" });
  chat.send("短");
  expect(browser.socket.sends("send")).toHaveLength(2);
  browser.socket.receive({ type: "ack", message_id: "m2", seq: 1 });
  chat.retry("m1");
  expect(browser.socket.sends("send")).toHaveLength(3);
  chat.discard("m1");
  expect(chat.state.outbox.map((e) => e.message_id)).toEqual(["m2"]);
});

test("a message refused for now is tried again later, and fails after the fourth time", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("快");
  const refuse = { type: "error", code: "too_many", text: "请慢一点", retryable: true, message_id: "m1" };
  for (let times = 1; times <= 5; times += 1) {
    expect(browser.socket.sends("send")).toHaveLength(times);
    browser.socket.receive(refuse);
    for (let waited = 0; waited < 16; waited += 1) {
      browser.clock.advance(1000);
      browser.socket.receive({ type: "pong" });
    }
  }
  expect(chat.state.outbox[0]).toMatchObject({ state: "failed", reason: "请慢一点" });
});

test("a payload that the server does not know is left out and the words are sent alone", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("确认", "/affirm");
  const refusal = { type: "error", code: "payload_unknown", text: "?", retryable: false, message_id: "m1" };
  browser.socket.receive(refusal);
  expect(browser.socket.sends("send")[1]).toEqual({ type: "send", message_id: "m1", text: "确认" });
});

test("a message that the server keeps on its disk counts as delivered and is explained", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  browser.socket.receive({ type: "error", code: "kept", text: "已记下", retryable: true, message_id: "m1" });
  browser.clock.advance(15_000);
  expect(browser.socket.sends("send")).toHaveLength(1);
  expect(chat.state).toMatchObject({ notice: "已记下", outbox: [{ state: "delivered" }] });
});

test("words sent into an ended conversation fail and the page learns that it has ended", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  browser.socket.receive({ type: "error", code: "closed", text: "已结束", retryable: false, message_id: "m1" });
  expect(chat.state).toMatchObject({ owner: "CLOSED", outbox: [{ state: "failed", reason: "已结束" }] });
});

test("too many open pages are told so, waited out, and the words go away with the next welcome", () => {
  const { browser, chat } = page();
  browser.socket.open();
  browser.socket.receive({ type: "error", code: "too_many", text: "打开的页面太多", retryable: true });
  browser.socket.lose(4429);
  expect(chat.state.notice).toContain("页面");
  browser.clock.advance(OFFLINE_AFTER_MS);
  expect(chat.state.line).not.toBe("offline");
  browser.clock.advance(19_000 - OFFLINE_AFTER_MS);
  expect(browser.sockets).toHaveLength(1);
  browser.clock.advance(1000);
  welcome(browser);
  expect(chat.state.notice).toBe("");
});

test("a short break is not shown, a longer one is", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.lose();
  expect(chat.state.line).toBe("connecting");
  browser.clock.advance(OFFLINE_AFTER_MS);
  expect(chat.state.line).toBe("offline");
  welcome(browser, { token: null });
  expect(chat.state.line).toBe("online");
  browser.clock.advance(OFFLINE_AFTER_MS);
  expect(chat.state.line).toBe("online");
});

test("the pauses between attempts grow, are bounded, and start anew after a stable connection", () => {
  const { browser } = page();
  const pauses: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    browser.socket.lose();
    const count = browser.sockets.length;
    const from = browser.clock.now();
    while (browser.sockets.length === count) browser.clock.advance(50);
    pauses.push(browser.clock.now() - from);
  }
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500, 7500]);
  welcome(browser);
  browser.clock.advance(STABLE_AFTER_MS);
  browser.socket.lose();
  const count = browser.sockets.length;
  browser.clock.advance(250);
  expect(browser.sockets.length).toBe(count + 1);
});

test("a welcome that does not come is not waited for", () => {
  const { browser } = page();
  browser.socket.open();
  browser.clock.advance(WELCOME_LIMIT_MS + 1000);
  expect(browser.sockets.length).toBe(2);
});

test("a line that answers no ping is dead", () => {
  const { browser } = page();
  welcome(browser);
  browser.clock.advance(PING_EVERY_MS);
  expect(browser.socket.sends("ping")).toHaveLength(1);
  browser.socket.receive({ type: "pong" });
  browser.clock.advance(PING_EVERY_MS);
  expect(browser.socket.sends("ping")).toHaveLength(2);
  browser.clock.advance(PONG_LIMIT_MS);
  expect(browser.socket.closedByPage).toBe(true);
});

test("a page that comes back to the front checks its line at once", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.pageShown();
  expect(browser.socket.sends("ping")).toHaveLength(1);
});

for (const how of ["error", "close"] as const) {
  test(`a conversation that the server has forgotten is replaced and keeps unsent words (${how})`, () => {
    const { browser, chat } = page();
    welcome(browser);
    browser.socket.receive(message(1, "旧"));
    browser.socket.lose();
    chat.send("还没发出去");
    browser.clock.advance(1000);
    browser.socket.open();
    if (how === "error") browser.socket.receive({ type: "error", code: "not_found", text: "没有", retryable: false });
    else browser.socket.lose(4404);
    expect(texts(chat)).toEqual([]);
    expect(chat.state.notice).not.toBe("");
    welcome(browser, { conversation: "c2", token: "other" });
    expect(browser.socket.sent.map((f) => f.type)).toEqual(["hello", "send"]);
    expect(browser.socket.sent[0]).toMatchObject({ conversation: null, after: 0 });
    expect(JSON.parse(browser.store.get("minsheng.chat.session") ?? "")).toEqual({ conversation: "c2", token: "other" });
  });
}

test("a server that refuses even a new conversation is not stormed", () => {
  const { browser } = page();
  for (let i = 0; i < 5; i += 1) {
    browser.socket.open();
    browser.socket.receive({ type: "error", code: "bad_hello", text: "?", retryable: false });
    const count = browser.sockets.length;
    browser.clock.advance(20_000);
    expect(browser.sockets.length).toBeGreaterThanOrEqual(count);
    expect(browser.sockets.length).toBeLessThanOrEqual(count + 2);
  }
});

test("a new conversation leaves the old one and its unsent words behind", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive(message(1, "旧"));
  chat.networkLost();
  chat.send("不要了");
  chat.newConversation();
  welcome(browser, { conversation: "c2", token: "other" });
  expect(browser.socket.sent).toEqual([{ type: "hello", conversation: null, token: null, after: 0 }]);
  expect(chat.state.messages).toEqual([]);
  expect(chat.state.conversation).toBe("c2");
});

test("late frames and the late close of an old socket change nothing", () => {
  const { browser, chat } = page();
  welcome(browser);
  const old = browser.socket;
  chat.newConversation();
  welcome(browser, { conversation: "c2" });
  old.receive(message(1, "从前"));
  old.lose();
  expect(texts(chat)).toEqual([]);
  expect(chat.state.line).toBe("online");
});

test("an older epoch does not turn the owner back", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive({ type: "owner", owner: "WAITING", epoch: 2 });
  browser.socket.receive({ type: "owner", owner: "BOT", epoch: 1 });
  expect(chat.state.owner).toBe("WAITING");
});

test("typing ends with the line", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive({ type: "typing", from: "bot", on: true });
  expect(chat.state.typing).toBe("bot");
  browser.socket.lose();
  expect(chat.state.typing).toBeNull();
});

test("a rating given offline is kept over a reload and sent until it is stored", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.networkLost();
  chat.rate(4, "很快");

  const later = page(browser.store);
  welcome(later.browser, { token: null });
  expect(later.browser.socket.sends("rate")).toEqual([{ type: "rate", score: 4, comment: "很快" }]);
  later.browser.socket.receive({ type: "rated", score: 4 });
  expect(later.chat.state).toMatchObject({ rated: 4, rating: null });
  expect(browser.store.get("minsheng.chat.rating")).toBeNull();
});

test("frames that cannot be read are ignored", () => {
  const { browser, chat } = page();
  welcome(browser);
  for (const frame of [{}, { type: "message", message: { seq: 0 } }, { type: "new_thing" }, { type: "message" }]) {
    browser.socket.receive(frame);
  }
  expect(chat.state.messages).toEqual([]);
  expect(chat.state.line).toBe("online");
});

test("the history of a resumed conversation counts as caught up when its last number has come", () => {
  const { browser, chat } = page();
  welcome(browser, { last_seq: 2 });
  expect(chat.state.caughtUp).toBe(false);
  browser.socket.receive(message(1, "一"));
  expect(chat.state.caughtUp).toBe(false);
  browser.socket.receive(message(2, "二"));
  expect(chat.state.caughtUp).toBe(true);
});

test("the place in the queue is shown while waiting and forgotten with the next owner", () => {
  const { browser, chat } = page();
  welcome(browser);
  browser.socket.receive({ type: "owner", owner: "WAITING", epoch: 1 });
  browser.socket.receive({ type: "queue", position: 3, low_min: 3, high_min: 5 });
  expect(chat.state.queue).toEqual({ position: 3, low_min: 3, high_min: 5, skilled: true });
  browser.socket.receive({ type: "queue", position: null });
  expect(chat.state.queue).toBeNull();
  browser.socket.receive({ type: "queue", position: 1, low_min: 0, high_min: 1 });
  browser.socket.receive({ type: "owner", owner: "SEAT", epoch: 2 });
  expect(chat.state.queue).toBeNull();
});

test("the bot is taken back only from the queue, and hears what was wanted once it is there", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.takeBot("请人工回电");
  expect(browser.socket.sends("take_bot")).toEqual([]);
  browser.socket.receive({ type: "owner", owner: "WAITING", epoch: 1 });
  chat.takeBot("请人工回电");
  expect(browser.socket.sends("take_bot")).toEqual([{ type: "take_bot" }]);
  expect(browser.socket.sends("send")).toEqual([]);
  browser.socket.receive({ type: "owner", owner: "BOT", epoch: 2 });
  expect(browser.socket.sends("send")).toMatchObject([{ text: "请人工回电" }]);
  browser.socket.receive({ type: "owner", owner: "BOT", epoch: 3 });
  expect(browser.socket.sends("send")).toHaveLength(1);
});

test("the wish for the bot outlives a line that breaks", () => {
  const { browser, chat } = page();
  welcome(browser, { owner: "WAITING" });
  browser.socket.lose();
  chat.takeBot("请人工回电");
  browser.clock.advance(1000);
  welcome(browser, { token: null, owner: "WAITING" });
  expect(browser.socket.sends("take_bot")).toEqual([{ type: "take_bot" }]);
  browser.socket.lose();
  browser.clock.advance(1000);
  // It was carried out, and only the word of it was lost.
  welcome(browser, { token: null, owner: "BOT" });
  expect(browser.socket.sends("take_bot")).toEqual([]);
  expect(browser.socket.sends("send")).toMatchObject([{ text: "请人工回电" }]);
});

test("words meant for the bot are not said to a seat who was faster", () => {
  const { browser, chat } = page();
  welcome(browser, { owner: "WAITING" });
  chat.takeBot("请人工回电");
  browser.socket.receive({ type: "owner", owner: "SEAT", epoch: 2 });
  browser.socket.receive({ type: "owner", owner: "BOT", epoch: 3 });
  expect(browser.socket.sends("send")).toEqual([]);
});

test("only a seat is told that the citizen writes: now and then, and when it ends", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.writing(true);
  expect(browser.socket.sends("typing")).toEqual([]);
  browser.socket.receive({ type: "owner", owner: "SEAT", epoch: 1 });
  for (let letter = 0; letter < 20; letter += 1) {
    chat.writing(true);
    browser.clock.advance(200);
  }
  expect(browser.socket.sends("typing")).toEqual([
    { type: "typing", on: true },
    { type: "typing", on: true },
  ]);
  browser.clock.advance(5_000);
  expect(browser.socket.sends("typing")[2]).toEqual({ type: "typing", on: false });
  chat.writing(true);
  chat.send("好了");
  expect(browser.socket.sends("typing").slice(3)).toEqual([
    { type: "typing", on: true },
    { type: "typing", on: false },
  ]);
});

test("a picture is stored first and then sent like any message, after a reload too", async () => {
  const { browser, chat } = page();
  welcome(browser);
  await chat.sendPicture(new Blob(["x"]));
  expect(browser.socket.sends("send")).toEqual([
    { type: "send", message_id: "m1", text: "[图片]", attachment: "c1.1.jpg" },
  ]);
  const later = page(browser.store);
  expect(later.chat.state.outbox[0]).toMatchObject({ text: "[图片]", attachment: "c1.1.jpg" });
  browser.refusal = "图片太大了";
  await expect(chat.sendPicture(new Blob(["x"]))).rejects.toThrow("图片太大了");
  expect(chat.state.outbox).toHaveLength(1);
});

test("a picture does not land in a conversation that began while it was uploaded", async () => {
  const { browser, chat } = page();
  welcome(browser);
  const sent = chat.sendPicture(new Blob(["x"]));
  chat.newConversation();
  welcome(browser, { conversation: "c2", token: "other" });
  await sent;
  expect(browser.socket.sends("send")).toEqual([]);
});

test("who writes too fast reads how long to wait, and the words go by themselves", () => {
  const { browser, chat } = page();
  welcome(browser);
  chat.send("你好");
  browser.socket.receive({ type: "error", code: "too_many", text: "您发得太快了，请过 9 秒再发。", retryable: true, message_id: "m1" });
  expect(chat.state).toMatchObject({ line: "online", notice: "您发得太快了，请过 9 秒再发。", outbox: [{ state: "queued" }] });
});

test("a rating that is stored survives a reload, and one on its way is not taken for it", () => {
  const { browser, chat } = page();
  welcome(browser, { rated: 4 });
  expect(chat.state.rated).toBe(4);
  chat.rate(2, "");
  expect(chat.state).toMatchObject({ rated: 4, rating: 2 });
  expect(browser.socket.sent.at(-1)).toMatchObject({ type: "rate", score: 2 });
  browser.socket.receive({ type: "rated", score: 2 });
  expect(chat.state).toMatchObject({ rated: 2, rating: null });
});
