import { expect, test } from "vitest";
import { readCanned, readDraft, readOverview } from "../src/seat/desk/answers";
import { addressOf, cannedQuery, fillCanned, findCanned } from "../src/seat/desk/canned";
import { clockText, mostUrgent, neighbour, orderMine, orderQueue, patience, waitingSince } from "../src/seat/desk/items";
import { categoryOptions, fieldOrder, findOptions, formFields, problems, submission } from "../src/seat/desk/orderForm";
import { actOf, SHORTCUTS } from "../src/seat/desk/shortcuts";
import { buildTimeline } from "../src/seat/desk/timeline";
import { contiguousUpTo, emptyView, merge } from "../src/seat/desk/view";
import { type DeskMessage, readDeskMessage, readItem, readServerFrame } from "../src/seat/desk/wire";
import { item } from "./seatFakes";

const anItem = (conversation: string, more: object = {}) => {
  const read = readItem(item(conversation, more));
  if (read === null) throw new Error("unreadable");
  return read;
};
const message = (seq: number, more: object = {}): DeskMessage => {
  const read = readDeskMessage({ seq, from: "citizen", text: `第${seq}句`, at: "2026-11-22T10:00:00+08:00", ...more });
  if (read === null) throw new Error("unreadable");
  return read;
};

test("frames that cannot be read are dropped, odd values become empty", () => {
  expect(readServerFrame("nonsense")).toBeNull();
  expect(readServerFrame('{"type":"item","item":{}}')).toBeNull();
  expect(readServerFrame('{"type":"message","conversation":"a","message":{"seq":0}}')).toBeNull();
  expect(anItem("a", { emotion: null, last: null, vulnerable: null, seat: { id: "u7" } })).toMatchObject({
    emotion: { label: "", score: 0 },
    last: { seq: 0 },
    vulnerable: [],
    seat: "u7",
  });
});

test("an attachment's id goes into an address only if it is one; its stand-in words are not shown", () => {
  const picture = { attachment: { id: "c1.0a1b.png" }, text: "[图片]" };
  expect(message(1, picture)).toMatchObject({ attachment: { id: "c1.0a1b.png" }, text: "" });
  expect(message(1, { attachment: { id: "../../secret" } }).attachment).toBeNull();
});

test("what a caller heard of a message that was cut off is known, also if it was nothing", () => {
  expect(message(1).heard).toBeNull();
  expect(message(1, { heard: "" }).heard).toBe("");
  expect(message(1, { heard: "您好，这里" }).heard).toBe("您好，这里");
  expect(readServerFrame('{"type":"heard","conversation":"a","seq":3,"text":"您好"}')).toEqual({
    type: "heard",
    conversation: "a",
    seq: 3,
    text: "您好",
  });
});

test("citizens' words are never Markdown, whatever the frame says", () => {
  expect(message(1, { format: "markdown", text: "**重**" }).format).toBe("plain");
});

test("the queue goes by priority, then who was given back, then who waited longest", () => {
  const since = (minute: number) => ({ since: `2026-11-22T09:${String(minute).padStart(2, "0")}:00+08:00` });
  const ordered = orderQueue([
    anItem("late", since(30)),
    anItem("early", since(10)),
    anItem("back", { ...since(40), requeued: 1 }),
    anItem("emergency", { ...since(50), priority: 400 }),
  ]);
  expect(ordered.map((one) => one.conversation)).toEqual(["emergency", "back", "early", "late"]);
});

test("my conversations keep their places when somebody writes", () => {
  const first = anItem("first", { accepted_at: "2026-11-22T09:00:00+08:00" });
  const second = anItem("second", { accepted_at: "2026-11-22T09:01:00+08:00" });
  expect(orderMine([second, first]).map((one) => one.conversation)).toEqual(["first", "second"]);
  expect(neighbour([first, second], "second", 1)).toBe("first");
  expect(neighbour([first, second], null, -1)).toBe("second");
  expect(neighbour([], "x", 1)).toBeNull();
});

test("the most urgent is who has waited longest for an answer", () => {
  const at = (time: string, from = "citizen") => ({ last: { from, text: "", at: `2026-11-22T${time}+08:00`, seq: 1 } });
  const items = [anItem("a", at("09:58:00")), anItem("b", at("09:40:00")), anItem("c", at("09:00:00", "seat"))];
  expect(mostUrgent(items, null)).toBe("b");
  expect(mostUrgent(items, "b")).toBe("a");
});

test("waiting times are written short and change their tone", () => {
  expect([clockText(42.9), clockText(725), clockText(3729), clockText(-3)]).toEqual(["00:42", "12:05", "1:02:09", "00:00"]);
  expect([patience(59), patience(60), patience(180)]).toEqual(["calm", "soon", "late"]);
});

test("canned replies are found by exact key, beginning of key, group, then words", () => {
  const replies = readCanned({
    replies: [
      { id: "1", group: "问候", keys: "nhao", text: "您好" },
      { id: "2", group: "结束", keys: ["nh"], text: "再见" },
      { id: "3", group: "安抚", keys: "lj", text: "nh 不常见" },
    ],
  });
  expect(findCanned(replies, "nh").map((one) => one.id)).toEqual(["2", "1", "3"]);
  expect(findCanned(replies, "安抚").map((one) => one.id)).toEqual(["3"]);
  expect(cannedQuery("/NH")).toBe("nh");
  expect(cannedQuery("／")).toBe("");
  expect(cannedQuery("1/2")).toBeNull();
  expect(fillCanned("{citizen}您好，{seat}号，{other}", { citizen: "张先生", seat: "1024", city: "明州市" })).toBe(
    "张先生您好，1024号，{other}",
  );
});

const DRAFT = readDraft({
  draft_id: "d",
  fields: [
    { name: "title", label: "标题", value: "油烟", kind: "text", required: true, confidence: 0.9, origin: "rule", turn: 1 },
    { name: "time", label: "时间", value: "国庆", kind: "time", confidence: 0.6, origin: "citizen", turn: 5, span: [1, 3] },
    { name: "place", label: "地点", value: "", kind: "place", required: true, confidence: 1, origin: "none", turn: null },
    { name: "phone", label: "电话", value: "1380001", kind: "phone", confidence: 0.5, origin: "citizen", problem: "号码不全" },
    { name: "reply", label: "回复", value: true, kind: "bool", confidence: 1, origin: "none" },
    { name: "subject", label: "对象", value: "店", kind: "text", confidence: 0.3, origin: "seat" },
  ],
});

test("the form begins with what is missing or wrong, then what is doubtful, and stays so while it is filled", () => {
  expect(fieldOrder(DRAFT)).toEqual(["place", "phone", "time", "title", "reply", "subject"]);
  expect(DRAFT.fields.find((field) => field.name === "time")).toMatchObject({ span: [1, 3], turn: 5 });
});

test("an edit replaces the machine's value, its doubt and its problem", () => {
  const before = formFields(DRAFT, {});
  expect(before.filter((field) => field.doubtful).map((field) => field.name)).toEqual(["time", "phone"]);
  expect(problems(before, {})).toEqual({ place: "请填写地点", phone: "电话号码不完整，请核对" });
  const after = formFields(DRAFT, { phone: "138 0001 0012", place: "和平路" });
  expect(after.find((field) => field.name === "phone")).toMatchObject({ edited: true, doubtful: false });
  expect(problems(after, {})).toEqual({});
  expect(problems(after, { place: "没有这个地点" })).toEqual({ place: "没有这个地点" });
  expect(submission(after)).toMatchObject({ phone: "138 0001 0012", reply: true, time: "国庆" });
});

test("phones: mobiles, fixed lines and masked numbers pass, short ones do not", () => {
  const check = (value: string): string | undefined => problems(formFields(DRAFT, { phone: value, place: "x" }), {})["phone"];
  expect(["13800010012", "+8613800010012", "0571-88880000", "138****0012", ""].map(check)).toEqual(Array(5).fill(undefined));
  expect(check("1380001001")).toBe("电话号码不完整，请核对");
});

test("categories are found by all words of the path or the department", () => {
  const options = [
    { value: "1", label: "城市管理 / 市容 / 餐饮油烟", department: "城市管理局" },
    { value: "2", label: "生态环境 / 噪声 / 夜间噪声", department: "公安局" },
  ];
  expect(findOptions(options, "市容 油烟").map((one) => one.value)).toEqual(["1"]);
  expect(findOptions(options, "公安").map((one) => one.value)).toEqual(["2"]);
  expect(findOptions(options, "")).toHaveLength(2);
});

test("messages are held once, in order, and a hole is seen", () => {
  const held = merge([], [message(5), message(6)]);
  expect(merge(held, [message(6)])).toBe(held);
  const more = merge(held, [message(9), message(4)]);
  expect(more.map((one) => one.seq)).toEqual([4, 5, 6, 9]);
  expect(contiguousUpTo(more)).toBe(6);
});

test("the transcript puts notes and the handoff's lines where they happened, and pending words last", () => {
  const at = (minute: number) => `2026-11-22T10:${String(minute).padStart(2, "0")}:00+08:00`;
  const time = (minute: number) => Date.parse(at(minute));
  const timeline = buildTimeline(
    {
      ...emptyView("a"),
      messages: [message(1, { at: at(0) }), message(2, { at: at(1) }), message(3, { at: at(5), from: "seat", message_id: "m3" })],
      notes: [{ id: "n", conversation: "a", at: time(2), author: "u1", author_name: "", kind: "note", text: "备注" }],
      detail: {
        channel: "web",
        called: "",
        owner: "SEAT",
        epoch: 1,
        last_seq: 3,
        created_at: 0,
        rating: 0,
        history: [
          { kind: "accepted", at: time(3), actor: "u1", note: "" },
          { kind: "offered", at: time(3), actor: "system", note: "" },
        ],
        citizen: { name: "", phone: "", line: false, address: "", area: "", tags: [], visits: 0, first_seen: 0 },
        notes: [],
      },
      outgoing: [
        { message_id: "m3", conversation: "a", text: "x", attachment: null, at: 0, state: "sending", reason: "" },
        { message_id: "m4", conversation: "a", text: "y", attachment: null, at: 0, state: "queued", reason: "" },
      ],
    },
    () => "1024 王芳",
  );
  expect(timeline.map((one) => one.type)).toEqual(["time", "message", "message", "note", "event", "message", "outgoing"]);
  expect(timeline.filter((one) => one.type === "message").map((one) => one.first)).toEqual([true, false, true]);
  expect(timeline.find((one) => one.type === "event")).toMatchObject({ label: "1024 王芳 接入会话" });
});

test("shortcuts go by the place of the key and leave writing alone", () => {
  const key = (code: string, more: object = {}) => ({ code, key: "", altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
  expect(actOf(key("KeyA", { altKey: true, key: "å" }), true)).toBe("accept");
  expect(actOf(key("KeyA"), true)).toBeNull();
  expect(actOf(key("Slash", { key: "?", shiftKey: true }), false)).toBe("help");
  expect(actOf(key("Slash", { key: "?", shiftKey: true }), true)).toBeNull();
  expect(actOf(key("F6", { shiftKey: true }), true)).toBe("regionBack");
  expect(actOf(key("KeyA", { altKey: true, ctrlKey: true }), false)).toBeNull();
  const places = SHORTCUTS.map((one) => `${one.code} ${String(one.shift ?? false)}`);
  expect(new Set(places).size).toBe(places.length);
});

test("an overview with nothing in it has figures to show", () => {
  expect(readOverview(null)).toMatchObject({ waiting: 0, text: { within: 0, total: 0, target_s: 180 }, reasons: [], seats: [] });
});

test("the picker offers every category of the desk, whatever the form holds", () => {
  const known = Array.from({ length: 154 }, (_, n) => ({
    code: `c${n}`,
    path: ["城乡建设", "市容", `第${n}类`],
    department: n === 7 ? "明州市公安局" : "明州市城市管理局",
    confidence: 0,
  }));
  const options = categoryOptions(known);
  expect(findOptions(options, "")).toHaveLength(154);
  expect(findOptions(options, "市容 公安")).toEqual([
    { value: "c7", label: "城乡建设 / 市容 / 第7类", department: "明州市公安局" },
  ]);
});

test.each([
  ["李*先生", "李先生您好，我是1024号。"],
  ["李*", "您好，我是1024号。"],
  ["欧阳*女士", "欧阳女士您好，我是1024号。"],
  ["", "您好，我是1024号。"],
])("a canned reply greets %s as people do", (name, words) => {
  const names = { citizen: addressOf(name), seat: "1024", city: "明州市" };
  expect(fillCanned("{citizen}您好，我是{seat}号。", names)).toBe(words);
});

test("a canned reply that begins with the address begins with a greeting where there is none", () => {
  expect(fillCanned("{citizen}，请您看一下", { citizen: "", seat: "", city: "" })).toBe("您好，请您看一下");
});

test("only who has been answered by a seat has been answered", () => {
  const taken = { ...anItem("a", { state: "serving", unread: 2 }), accepted_at: 7_000, last: { from: "system", text: "已接入", at: 8_000, seq: 3 } as const };
  expect(waitingSince(taken)).toBe(7_000);
  expect(waitingSince({ ...taken, unread: 0, last: { ...taken.last, from: "seat" } })).toBe(0);
});
