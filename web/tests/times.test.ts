import { expect, test } from "vitest";
import { dayTime } from "../src/seat/desk/times";
import { clockWords, dayOf, hourMinute } from "../src/shared/times";

const ZONE = "Asia/Shanghai";
const at = (iso: string): number => Date.parse(iso);

test("days and hours are those of the hotline's zone, wherever the reader is", () => {
  expect(dayOf(at("2026-11-21T16:30:00Z"), ZONE)).toBe("2026-11-22");
  expect(hourMinute(at("2026-11-21T16:30:00Z"), ZONE)).toBe("00:30");
  expect(hourMinute(0, ZONE)).toBe("");
});

test("the console writes the day only where it is not today, the year only where it is another", () => {
  const now = at("2026-11-22T15:00:00+08:00");
  expect(dayTime(at("2026-11-22T00:05:00+08:00"), now, ZONE)).toBe("00:05");
  expect(dayTime(at("2026-11-21T23:59:00+08:00"), now, ZONE)).toBe("11月21日 23:59");
  expect(dayTime(at("2025-12-31T08:00:00+08:00"), now, ZONE)).toBe("2025年12月31日 08:00");
  expect(dayTime(0, now, ZONE)).toBe("");
});

test("clocks", () => {
  expect([0, 5.9, 65, 125, 3725, -3].map(clockWords)).toEqual(["0:00", "0:05", "1:05", "2:05", "1:02:05", "0:00"]);
});
