import { expect, test } from "vitest";
import InvitationCard from "../src/seat/components/InvitationCard.vue";
import TransferDialog from "../src/seat/components/TransferDialog.vue";
import { actOf } from "../src/seat/desk/shortcuts";
import TalkBar from "../src/seat/talk/TalkBar.vue";
import type { TalkState } from "../src/seat/talk/talkLine";
import { drawn } from "./drawn";
import { item, seatPage } from "./seatFakes";

const ME = { id: "u1", display_name: "王芳", badge: "1024" };
const LI = { id: "u2", display_name: "李四", badge: "1025" };
const ON: TalkState = { phase: "on", conversation: "a", caller: true, muted: false, interrupted: false, held: false, since: 1, words: "", level: 0 };
const UNTIL = "2026-11-22T10:00:20+08:00";

function third(state: string, more: object = {}): object {
  return { type: "third", conversation: "a", state, invitation: "i1", seat: null, asked: [LI], from: ME, until: UNTIL, ...more };
}

function mine(): ReturnType<typeof seatPage> {
  const page = seatPage();
  page.welcome([item("a")]);
  return page;
}

function bar(page: ReturnType<typeof seatPage>, more: object = {}): Promise<string> {
  const props = { conversation: "a", call: "phone", mine: true, guest: false, third: page.desk.view("a").third, talk: ON, ...more };
  return drawn(page, TalkBar, props);
}

/** Asked into the talk of another seat. */
function asked(): ReturnType<typeof seatPage> {
  const page = seatPage();
  page.welcome([]);
  const until = new Date(page.browser.clock.now() + 20_000).toISOString();
  const invited = { type: "invited", conversation: "a", item: item("a", { seat: "u2" }), invitation: "i1", from: LI, note: "公积金的事请您说", until };
  page.browser.socket.receive(invited);
  return page;
}

test("the owner calls a second seat in, by name or by group, with a note", async () => {
  const { browser, desk } = mine();
  const called = desk.callIn("a", { skill: "housing_fund" }, "请帮忙解释");
  expect(browser.sent("call_in")).toMatchObject([{ conversation: "a", epoch: 2, skill: "housing_fund", note: "请帮忙解释" }]);
  browser.done("call_in");
  await called;
});

test("the talk bar has a button for it, then says who is asked and who is in, and how to undo it", async () => {
  const page = mine();
  const alone = await bar(page);
  expect(alone).toContain('data-testid="talk-call-in"');
  expect(alone).toContain("三方通话");
  page.browser.socket.receive(third("asked"));
  const waiting = await bar(page);
  expect(waiting).not.toContain('data-testid="talk-call-in"');
  expect(waiting).toContain("正在邀请 1025 李四…");
  expect(waiting).toContain("取消邀请");
  page.browser.socket.receive(third("in", { seat: LI }));
  const three = await bar(page);
  expect(three).toContain("三方通话：市民、1025 李四");
  expect(three).toContain("请出第三方");
  page.browser.socket.receive(third("nobody", { why: "left" }));
  expect(await bar(page)).toContain('data-testid="talk-call-in"');
  expect(page.desk.state.notice?.text).toBe("对方已退出三方通话");
});

test("who was called in may mute himself and go, nothing else", async () => {
  const page = seatPage();
  page.welcome();
  page.browser.socket.receive(third("in", { seat: ME, from: LI }));
  const html = await bar(page, { mine: false, guest: true });
  expect(html).toContain("三方通话：市民、1025 李四");
  for (const there of ["talk-mute", "talk-leave"]) expect(html).toContain(`data-testid="${there}"`);
  for (const not of ["talk-call-in", "talk-call-out", "talk-hold", "talk-stop", "talk-hang-up"]) expect(html).not.toContain(`data-testid="${not}"`);
});

test("an invitation says who asks and why, and how long", async () => {
  const page = asked();
  expect(page.heard).toContain("offer");
  const html = await drawn(page, InvitationCard, { invitation: page.desk.state.invitation, keys: true });
  for (const words of ["三方通话邀请", "1025 李四 请您加入与市民的通话", "公积金的事请您说", "20 秒", "加入通话"]) expect(html).toContain(words);
});

test("who joins looks at the conversation; it goes when he is out", async () => {
  const { browser, desk } = asked();
  const joined = desk.join();
  expect(browser.sent("join")).toMatchObject([{ conversation: "a", invitation: "i1" }]);
  expect(desk.state.invitation).toBeNull();
  browser.done("join");
  await joined;
  expect(desk.state.selected).toBe("a");
  expect(browser.sent("open").at(-1)).toMatchObject({ conversation: "a" });
  browser.socket.receive(third("in", { seat: ME, from: LI }));
  expect(desk.view("a").third?.seat?.id).toBe("u1");
  browser.socket.receive(third("nobody", { why: "withdrawn" }));
  expect([desk.state.selected, desk.item("a")]).toEqual([null, null]);
  expect(desk.state.notice?.text).toBe("三方通话已结束");
});

test("whose line broke for a moment is still in", async () => {
  const { browser, desk, welcome } = asked();
  const joined = desk.join();
  browser.done("join");
  await joined;
  browser.socket.receive(third("in", { seat: ME, from: LI }));
  welcome([]);
  expect(desk.state.selected).toBe("a");
  expect(browser.sent("open").at(-1)).toMatchObject({ conversation: "a" });
  browser.socket.receive(third("nobody"));
  expect(desk.state.selected).toBeNull();
});

test("handed to him, the conversation stays, as his own", async () => {
  const { browser, desk } = asked();
  const joined = desk.join();
  browser.done("join");
  await joined;
  browser.socket.receive(third("in", { seat: ME, from: LI }));
  browser.socket.receive({ type: "item", item: item("a", { seat: "u1", epoch: 3 }) });
  browser.socket.receive(third("nobody", { why: "handed" }));
  expect(desk.state.mine.map((one) => one.conversation)).toEqual(["a"]);
  expect(desk.state.selected).toBe("a");
});

test("an invitation goes when it is refused, taken, or has run out unheard", async () => {
  const refused = asked();
  const answer = refused.desk.refuse();
  expect(refused.browser.sent("refuse")).toMatchObject([{ conversation: "a", invitation: "i1" }]);
  refused.browser.done("refuse");
  await answer;
  expect(refused.desk.state.invitation).toBeNull();

  const taken = asked();
  taken.browser.socket.receive({ type: "invitation_gone", invitation: "other", why: "taken" });
  expect(taken.desk.state.invitation?.id).toBe("i1");
  taken.browser.socket.receive({ type: "invitation_gone", invitation: "i1", why: "taken" });
  expect(taken.desk.state.invitation).toBeNull();

  const lost = asked();
  lost.browser.clock.advance(21_000);
  expect(lost.desk.state.invitation).toBeNull();
});

test("it is asked whom to call in, and said whose the conversation stays", async () => {
  const page = mine();
  const dialog = await drawn(page, TransferDialog, { purpose: "callIn", skill: "" });
  for (const words of ["三方通话", "公积金组", "给对方的说明", "会话仍由您接待，三人都能听到彼此"]) expect(dialog).toContain(words);
});

test("it has a key of its own", () => {
  const key = { code: "KeyY", key: "y", altKey: true, ctrlKey: false, metaKey: false, shiftKey: false };
  expect(actOf(key, true)).toBe("callIn");
});
