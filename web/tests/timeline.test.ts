import { expect, test } from "vitest";
import { buildTimeline, timeLabel } from "../src/citizen/chat/timeline";
import { readMessage, type ChatMessage } from "../src/citizen/chat/wire";

const ZONE = "Asia/Shanghai";
const NOW = Date.parse("2026-11-22T15:00:00+08:00");

function said(seq: number, from: string, at: string, more: object = {}): ChatMessage {
  const message = readMessage({ seq, from, text: `第${seq}句`, format: "plain", kind: "text", at, ...more });
  if (message === null) throw new Error("unreadable");
  return message;
}

const REPLIES = { quick_replies: [{ text: "确认", payload: "/affirm" }] };

function open(messages: ChatMessage[], outbox: Parameters<typeof buildTimeline>[1] = []): number[] {
  return buildTimeline(messages, outbox, NOW, ZONE)
    .filter((item) => item.type === "message" && item.replies.length > 0)
    .map((item) => (item.type === "message" ? item.message.seq : 0));
}

test("times read as today, yesterday, this year, another year, in the hotline's time zone", () => {
  expect(timeLabel(Date.parse("2026-11-22T00:05:00+08:00"), NOW, ZONE)).toBe("今天 00:05");
  expect(timeLabel(Date.parse("2026-11-21T23:59:00+08:00"), NOW, ZONE)).toBe("昨天 23:59");
  expect(timeLabel(Date.parse("2026-11-02T08:00:00+08:00"), NOW, ZONE)).toBe("11月2日周一 08:00");
  expect(timeLabel(Date.parse("2025-12-31T08:00:00+08:00"), NOW, ZONE)).toContain("2025年12月31日");
});

test("a separator stands before the first message, after five silent minutes, and at midnight", () => {
  const items = buildTimeline(
    [
      said(1, "bot", "2026-11-21T23:58:00+08:00"),
      said(2, "citizen", "2026-11-21T23:59:00+08:00"),
      said(3, "bot", "2026-11-22T00:00:30+08:00"),
      said(4, "bot", "2026-11-22T00:04:00+08:00"),
      said(5, "bot", "2026-11-22T00:10:00+08:00"),
    ],
    [],
    NOW,
    ZONE,
  );
  expect(items.map((i) => i.type)).toEqual([
    "time",
    "message",
    "message",
    "time",
    "message",
    "message",
    "time",
    "message",
  ]);
});

test("only the newest words of the bot offer quick replies, and none once the citizen has answered", () => {
  const at = "2026-11-22T14:00:00+08:00";
  const first = said(1, "bot", at, REPLIES);
  const second = said(3, "bot", at, REPLIES);
  expect(open([first])).toEqual([1]);
  expect(open([first, said(2, "citizen", at)])).toEqual([]);
  expect(open([first, said(2, "citizen", at), second])).toEqual([3]);
  expect(open([first, said(2, "system", at)])).toEqual([1]);
  const entry = { message_id: "m", text: "是", payload: null, attachment: null, at: NOW, after: 0, state: "queued", reason: "", refusals: 0 } as const;
  expect(open([first], [entry])).toEqual([]);
  expect(open([first], [{ ...entry, state: "failed" }])).toEqual([1]);
});

test("a message that is both in the outbox and in the log shows once, under one key", () => {
  const at = "2026-11-22T14:00:00+08:00";
  const entry = { message_id: "m9", text: "好", payload: null, attachment: null, at: NOW, after: 0, state: "delivered", reason: "", refusals: 0 } as const;
  const pending = buildTimeline([], [entry], NOW, ZONE).filter((i) => i.type !== "time");
  const stored = buildTimeline([said(1, "citizen", at, { message_id: "m9" })], [entry], NOW, ZONE).filter(
    (i) => i.type !== "time",
  );
  expect(stored).toHaveLength(1);
  expect(stored[0]?.key).toBe(pending[0]?.key);
});

test("a refused message stays where it was said, one on its way is last", () => {
  const at = "2026-11-22T14:00:00+08:00";
  const entry = { text: "好", payload: null, attachment: null, at: Date.parse(at), reason: "", refusals: 0 } as const;
  const items = buildTimeline(
    [said(1, "bot", at), said(2, "citizen", at, { message_id: "m8" }), said(3, "bot", at)],
    [
      { ...entry, message_id: "refused", after: 1, state: "failed" },
      { ...entry, message_id: "going", after: 1, state: "sending" },
    ],
    Date.parse(at),
    ZONE,
  );
  expect(items.map((i) => i.key).slice(1)).toEqual(["seq-1", "refused", "m8", "seq-3", "going"]);
});
