import { expect, test } from "vitest";
import { readMessage, readServerFrame } from "../src/citizen/chat/wire";

const base = { seq: 1, from: "bot", text: "好", format: "markdown", kind: "text", at: "2026-11-22T10:00:00+08:00" };

test("only the bot's words may be Markdown", () => {
  expect(readMessage(base)?.format).toBe("markdown");
  for (const from of ["citizen", "seat", "system", "somebody"]) {
    expect(readMessage({ ...base, from })?.format).toBe("plain");
  }
});

test("a card with holes keeps what it has and an unreadable one disappears", () => {
  expect(readMessage({ ...base, kind: "order_card", card: { number: "261122000159" } })?.card).toMatchObject({
    kind: "order_card",
    order: { number: "261122000159", phone: "" },
  });
  expect(readMessage({ ...base, kind: "order_card", card: "?" })?.card).toEqual({ kind: "none" });
  expect(readMessage({ ...base, kind: "order_draft", card: { fields: [1, { label: "地点", value: "和平路" }] } })?.card)
    .toEqual({ kind: "order_draft", fields: [{ name: "", label: "地点", value: "和平路" }] });
});

test("emergency links dial digits only", () => {
  const card = { numbers: [{ number: "119", label: "消防" }, { number: "javascript:alert(1)", label: "坏" }] };
  expect(readMessage({ ...base, kind: "emergency", card })?.card).toEqual({
    kind: "emergency",
    numbers: [{ number: "119", label: "消防" }],
  });
});

test("a citizen's message never carries a card, whatever it claims", () => {
  expect(readMessage({ ...base, from: "citizen", kind: "order_card", card: { number: "1" } })?.card).toEqual({
    kind: "none",
  });
});

test("unknown frames and broken JSON are null", () => {
  expect(readServerFrame("{")).toBeNull();
  expect(readServerFrame("[]")).toBeNull();
  expect(readServerFrame('{"type":"tomorrow"}')).toBeNull();
});
