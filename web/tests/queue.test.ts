import { expect, test } from "vitest";
import { fitWithin } from "../src/citizen/chat/picture";
import { placeWords } from "../src/citizen/chat/queue";

test.each([
  [3, 3, 5, "您前面还有 2 位，约 3–5 分钟"],
  [2, 0, 1, "您前面还有 1 位，约 1 分钟内"],
  [1, 0, 3, "下一位就是您，约 1–3 分钟"],
  [4, 6, 6, "您前面还有 3 位，约 6 分钟"],
  [9, 0, 0, "您前面还有 8 位，要等多久现在说不准"],
])("place %i, %i to %i minutes", (position, low_min, high_min, words) => {
  expect(placeWords({ position, low_min, high_min, skilled: true })).toBe(words);
});

test("nobody at work who has the skill is said", () => {
  const place = { position: 1, low_min: 0, high_min: 0, skilled: false };
  expect(placeWords(place)).toBe("下一位就是您，现在没有就绪的坐席，要等多久说不准");
});

test("without a place nothing is promised", () => {
  expect(placeWords(null)).toBe("正在为您排队，请稍候");
});

test("pictures shrink to the limit in their own shape and never grow", () => {
  expect(fitWithin(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
  expect(fitWithin(300, 9000, 1600)).toEqual({ width: 53, height: 1600 });
  expect(fitWithin(800, 600, 1600)).toEqual({ width: 800, height: 600 });
  expect(fitWithin(20000, 1, 1600)).toEqual({ width: 1600, height: 1 });
});
