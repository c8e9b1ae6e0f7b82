import { expect, test } from "vitest";
import { RECENT } from "../src/seat/desk/desk";
import { SILENT_BEATS } from "../src/seat/desk/line";
import { item, ME, said, seatPage } from "./seatFakes";

/** Lets promises that are settled already run what waits for them. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("the first frame is hello; what was selected before the reload is opened again", () => {
  const first = seatPage();
  first.welcome();
  expect(first.browser.sent("hello")).toMatchObject([{ csrf: "csrf" }]);
  expect(first.desk.state.selected).toBe("a");
  first.desk.select("b");

  const later = seatPage(first.browser.store);
  later.welcome();
  expect(later.desk.state.selected).toBe("b");
  expect(later.browser.sent("open")).toEqual([{ type: "open", conversation: "b", after: 0 }]);
});

test("of a long conversation only the newest messages are asked for", () => {
  const { browser, welcome } = seatPage();
  welcome([item("a", { last: { from: "citizen", text: "x", at: "", seq: 500 } })]);
  expect(browser.sent("open")).toEqual([{ type: "open", conversation: "a", after: 500 - RECENT }]);
});

test("after a broken line every followed conversation resumes after its last message", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.socket.receive(said("a", 1, "一"));
  browser.socket.receive(said("a", 2, "二"));
  desk.select("b");
  browser.socket.lose();
  expect(desk.state.line).toBe("broken");
  browser.clock.advance(1_000);
  welcome();
  expect(browser.sent("open")).toEqual([
    { type: "open", conversation: "a", after: 2 },
    { type: "open", conversation: "b", after: 0 },
  ]);
  browser.socket.receive(said("a", 2, "二"));
  browser.socket.receive(said("a", 3, "三"));
  expect(desk.view("a").messages.map((message) => message.text)).toEqual(["一", "二", "三"]);
});

test("a message is sent again under its id after a broken line, and shown once", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  desk.send("a", "您好");
  const first = browser.sent("send")[0];
  expect(first).toMatchObject({ conversation: "a", epoch: 2, text: "您好" });
  browser.socket.lose();
  expect(desk.view("a").outgoing).toMatchObject([{ state: "queued" }]);
  browser.clock.advance(1_000);
  welcome();
  expect(browser.sent("send")[0]).toMatchObject({ message_id: first?.["message_id"], text: "您好" });
  browser.socket.receive(said("a", 4, "您好", { from: "seat", message_id: first?.["message_id"] }));
  expect(desk.view("a").outgoing).toEqual([]);
  expect(browser.store.keys().filter((key) => key.includes("outbox"))).toEqual([]);
});

test("one conversation's messages keep their order; another's do not wait for them", async () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  desk.send("a", "一");
  desk.send("a", "二");
  desk.send("b", "三");
  expect(browser.sent("send").map((frame) => frame["text"])).toEqual(["一", "三"]);
  const [first] = browser.sent("send");
  browser.socket.receive({ type: "done", id: first?.["id"] });
  await settle();
  expect(browser.sent("send").map((frame) => frame["text"])).toEqual(["一", "三", "二"]);
  // Stored by the server: kept in view until its echo comes, but not on the machine.
  expect(desk.view("a").outgoing.map((entry) => entry.state)).toEqual(["sent", "sending"]);
  expect(browser.store.keys().filter((key) => key.includes("outbox"))).toHaveLength(2);
});

test("a refused message stays with its reason until the seat decides", async () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  desk.send("a", "您好");
  const id = browser.sent("send")[0]?.["id"];
  browser.socket.receive({ type: "error", id, code: "stale", text: "会话已由他人接管", retryable: false });
  await settle();
  expect(desk.view("a").outgoing).toMatchObject([{ state: "failed", reason: "会话已由他人接管" }]);
  desk.discard(desk.view("a").outgoing[0]?.message_id ?? "");
  expect(desk.view("a").outgoing).toEqual([]);
});

test("what waits for a conversation that is not mine any more is never sent", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.socket.lose();
  desk.send("a", "断线时写的");
  browser.clock.advance(1_000);
  welcome([item("b")]);
  expect(browser.sent("send")).toEqual([]);
  expect(desk.view("a").outgoing).toMatchObject([{ state: "failed" }]);
  expect(desk.state.notice).toMatchObject({ tone: "alarm", text: "会话已不在您名下，没有发出：断线时写的" });
  expect(desk.state.selected).toBe("b");
});

test("unread words are counted apart from the selected conversation, and survive a reload as read", () => {
  const { browser, desk, heard, welcome } = seatPage();
  welcome();
  expect(desk.state.unread).toEqual({ b: 1 });
  desk.select("b");
  expect(desk.state.unread).toEqual({});
  browser.socket.receive(said("b", 4, "四"));
  expect(desk.state.unread).toEqual({});
  desk.select("a");
  browser.socket.receive(said("b", 5, "五"));
  expect(desk.state.unread).toEqual({ b: 1 });
  // The past is not heard, nor is what somebody else said; a new line of the citizen is.
  expect(heard).toEqual([]);
  const told = (seq: number, from: string): object => ({ type: "item", item: item("b", { last: { from, text: "", at: "", seq } }) });
  browser.socket.receive(told(5, "citizen"));
  browser.socket.receive(told(5, "citizen"));
  browser.socket.receive(told(6, "seat"));
  expect(heard).toEqual(["message"]);
});

test("an accepted offer becomes mine and is selected, whichever of item and answer comes first", async () => {
  for (const itemFirst of [true, false]) {
    const { browser, desk, heard, welcome } = seatPage();
    welcome();
    const offered = item("c", { state: "offered", seat: null });
    browser.socket.receive({ type: "offer", item: offered, until: "2026-11-22T10:00:20+08:00" });
    expect(heard).toEqual(["offer"]);
    const accepted = desk.accept("h-c");
    const mine = { type: "item", item: item("c", { accepted_at: "2026-11-22T10:00:03+08:00", epoch: 3 }) };
    if (itemFirst) browser.socket.receive(mine);
    browser.done("accept");
    await accepted;
    if (!itemFirst) browser.socket.receive(mine);
    expect(desk.state.selected).toBe("c");
    expect(desk.state.offers).toEqual([]);
    expect(desk.state.mine.map((one) => one.conversation)).toEqual(["a", "b", "c"]);
    // Told again from an older look at the queue.
    browser.socket.receive({ type: "offer", item: offered, until: "2026-11-22T10:00:20+08:00" });
    expect(desk.state.offers).toEqual([]);
  }
});

test("a lost conversation goes, and the next one comes up", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.socket.receive({ type: "item", item: item("a", { seat: "u2", epoch: 3 }) });
  expect(desk.state.mine.map((one) => one.conversation)).toEqual(["b"]);
  expect(desk.state.selected).toBe("b");
  expect(browser.sent("close_view")).toEqual([{ type: "close_view", conversation: "a" }]);
});

test("what is held of a conversation that has ended is forgotten", () => {
  const { browser, desk, heard, welcome } = seatPage();
  welcome();
  browser.socket.receive(said("a", 1, "一"));
  browser.socket.receive({ type: "item_gone", conversation: "a" });
  expect(heard).toEqual(["gone a"]);
  expect(desk.state.selected).toBe("b");
  expect(desk.view("a").messages).toEqual([]);
});

test("an owner frame of an old epoch changes nothing", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.socket.receive({ type: "owner", conversation: "a", owner: "SEAT", epoch: 5, seat: "u1" });
  browser.socket.receive({ type: "owner", conversation: "a", owner: "WAITING", epoch: 4, seat: null });
  expect(desk.view("a")).toMatchObject({ owner: "SEAT", epoch: 5 });
  desk.send("a", "您好");
  expect(browser.sent("send")[0]).toMatchObject({ epoch: 5 });
});

test("heartbeats go out, and a silent server counts as a dead line", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  browser.clock.advance(5_000);
  expect(browser.sent("heartbeat")).toHaveLength(1);
  browser.socket.receive({ type: "pong" });
  browser.clock.advance(5_000 * SILENT_BEATS);
  expect(desk.state.line).toBe("online");
  browser.clock.advance(5_000);
  expect(browser.sockets[0]?.closedByPage).toBe(true);
  expect(desk.state.line).toBe("broken");
});

test("a session that has ended is not tried again", () => {
  const { browser, heard, welcome } = seatPage();
  welcome();
  browser.socket.lose(4401);
  browser.clock.advance(60_000);
  expect(heard).toEqual(["shut"]);
  expect(browser.sockets).toHaveLength(1);
});

test("an action without a line fails at once and says so", async () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  const waiting = desk.end("a");
  browser.socket.lose();
  await expect(waiting).rejects.toMatchObject({ code: "lost" });
  await expect(desk.end("a")).rejects.toMatchObject({ code: "offline" });
});

test("a lead keeps what others serve; a seat who is asked for help is shown to him", () => {
  const lead = seatPage(undefined, { ...ME, id: "u9", role: "lead", rights: ["account", "lead", "serve"] });
  lead.welcome([], [item("w", { state: "waiting", seat: null }), item("x", { seat: "u2" })]);
  expect(lead.desk.state.queue.map((one) => one.conversation)).toEqual(["w"]);
  expect(lead.desk.state.others.map((one) => one.conversation)).toEqual(["x"]);
  const served = item("a", { seat: "u1" });
  lead.browser.socket.receive({ type: "alert", kind: "pull_in", text: "请班长协助（王芳）", item: served });
  expect(lead.desk.state.others.map((one) => one.conversation)).toEqual(["x", "a"]);
  expect(lead.desk.state.notice).toMatchObject({ text: "请班长协助（王芳）", conversation: "a" });
  expect(lead.desk.state.queue).toHaveLength(1);
});

test("typing is told at most every three seconds, and its end once", () => {
  const { browser, desk, welcome } = seatPage();
  welcome();
  for (let i = 0; i < 5; i += 1) {
    desk.typing("a", true);
    browser.clock.advance(1_000);
  }
  desk.typing("a", false);
  desk.typing("a", false);
  expect(browser.sent("typing").map((frame) => frame["on"])).toEqual([true, true, false]);
});

test("what was covered while a lead looked on is asked for again once it is theirs, and takes its place", () => {
  const lead = seatPage(undefined, { ...ME, id: "u9", role: "lead", rights: ["account", "lead", "serve"] });
  const theirs = item("a", { seat: "u1", state: "serving" });
  lead.welcome([], [theirs]);
  lead.desk.select("a");
  const said = (text: string, masked: boolean): object => ({
    type: "message",
    conversation: "a",
    message: { seq: 1, from: "citizen", text, masked, at: "2026-11-22T10:00:00+08:00" },
  });
  lead.browser.socket.receive(said("电话139****1234", true));
  expect(lead.desk.view("a").messages[0]?.text).toBe("电话139****1234");
  lead.browser.socket.receive({ type: "item", item: item("a", { seat: "u9", state: "serving", epoch: 9 }) });
  expect(lead.browser.sent("open").at(-1)).toMatchObject({ conversation: "a", after: 0 });
  lead.browser.socket.receive(said("电话13900001234", false));
  expect(lead.desk.view("a").messages.map((one) => one.text)).toEqual(["电话13900001234"]);
  // A covered one that comes late covers nothing again.
  lead.browser.socket.receive(said("电话139****1234", true));
  expect(lead.desk.view("a").messages[0]?.text).toBe("电话13900001234");
});
