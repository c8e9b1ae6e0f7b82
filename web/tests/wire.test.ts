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
    order: { number: "261122000159", phone: "", code: "" },
  });
  expect(readMessage({ ...base, kind: "order_card", card: { number: "261122000159", code: "482913" } })?.card).toMatchObject({
    order: { code: "482913" },
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

test("a seat is named by its number, nobody else is", () => {
  const author = { id: "u1", badge: "1024", display_name: "李敏" };
  expect(readMessage({ ...base, from: "seat", author })?.author).toEqual({ badge: "1024" });
  expect(readMessage({ ...base, from: "citizen", author })?.author).toBeNull();
  expect(readMessage({ ...base, from: "seat" })?.author).toBeNull();
});

test("a picture is named by its id, alone or in an object, and never by a path", () => {
  expect(readMessage({ ...base, attachment: "c1.0a.jpg" })?.picture).toBe("c1.0a.jpg");
  expect(readMessage({ ...base, attachment: { id: "c1.0a.png", type: "image/png" } })?.picture).toBe("c1.0a.png");
  for (const attachment of ["../me", "a/b", "", 1.5, null, {}, "..", "https://x.cn/a.png"]) {
    expect(readMessage({ ...base, attachment })?.picture ?? null).toBe(attachment === 1.5 ? "1.5" : null);
  }
});
