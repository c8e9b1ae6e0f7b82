import { expect, test } from "vitest";
import { heldBehind, windowState } from "../src/seat/desk/sendWindow";
import { readServerFrame } from "../src/seat/desk/wire";

const NOW = 1_000_000;
const window = (left: number, until = NOW + 1, delivered = 7) => ({ left, until, delivered });

test("the last message is told apart from many, from none and from a window that is over", () => {
  expect([5, 2, 1, 0].map((left) => windowState(window(left), NOW))).toEqual(["open", "open", "last", "used"]);
  expect([3, 0].map((left) => windowState(window(left, NOW), NOW))).toEqual(["shut", "shut"]);
  expect(windowState(window(3, 0), NOW)).toBe("shut");
});

test("messages are held only where nothing can go out", () => {
  expect(heldBehind(null, NOW)).toBe(Infinity);
  expect(heldBehind(window(1), NOW)).toBe(Infinity);
  expect(heldBehind(window(0), NOW)).toBe(7);
  expect(heldBehind(window(4, 0), NOW)).toBe(7);
});

test("a window without an end is shut", () => {
  const frame = readServerFrame('{"type": "window", "conversation": "w1", "left": 0, "until": null, "delivered": 3}');
  expect(frame).toEqual({ type: "window", conversation: "w1", window: { left: 0, until: 0, delivered: 3 } });
});
