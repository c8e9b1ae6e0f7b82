import { expect, test } from "vitest";
import { captionAt, captionsOf, neighbourStart } from "../src/seat/recording/cues";
import { playable, readRecordings, stateWords } from "../src/seat/desk/recording";
import { type DeskMessage, readDeskMessage } from "../src/seat/desk/wire";

const BEGAN = "2026-11-22T10:00:00+08:00";
const at = (seconds: number): string => new Date(Date.parse(BEGAN) + seconds * 1000).toISOString();
const message = (seq: number, from: string, text: string, seconds: number): DeskMessage => {
  const read = readDeskMessage({ seq, from, text, at: at(seconds) });
  if (read === null) throw new Error("unreadable");
  return read;
};
const raw = (more: object = {}) => ({
  id: "0".repeat(32),
  state: "complete",
  trouble: null,
  began_at: BEGAN,
  length_s: 60,
  cues: [],
  ...more,
});
const recording = (more: object = {}) => {
  const [read] = readRecordings({ recordings: [raw(more)] });
  if (read === undefined) throw new Error("unreadable");
  return read;
};

test("what cannot be read as a recording is left out, odd values become empty", () => {
  expect(readRecordings(null)).toEqual([]);
  expect(readRecordings({ recordings: [raw({ id: "../../x" }), 7, raw({ state: "new", length_s: "long", cues: [{ seq: 0 }, 1] })] })).toEqual([
    { id: "0".repeat(32), state: "deleted", trouble: "", began_at: Date.parse(BEGAN), length_s: 0, cues: [] },
  ]);
});

test("a broken recording can be played and says why; a running or deleted one cannot", () => {
  expect(playable(recording())).toBe(true);
  expect(stateWords(recording())).toBe("");
  const broken = recording({ state: "broken", trouble: "disk" });
  expect(playable(broken)).toBe(true);
  expect(stateWords(broken)).toBe("不完整：存储空间不足");
  expect(stateWords(recording({ state: "broken", trouble: "moon" }))).toBe("不完整");
  for (const state of ["recording", "deleted"]) expect(playable(recording({ state }))).toBe(false);
  expect(playable(recording({ state: "broken", length_s: 0 }))).toBe(false);
});

test("what the hotline says is where it sounded; a caller's words are where he must have said them", () => {
  const captions = captionsOf(
    [
      message(1, "bot", "您好，请问有什么可以帮您？", 0),
      message(2, "citizen", "楼下烧烤店太吵了", 10),
      message(3, "bot", "请问在哪个小区？", 10.4),
      message(4, "citizen", "嗯", 11.2),
    ],
    recording({ cues: [{ seq: 1, at_s: 3 }, { seq: 3, at_s: 11 }] }),
  );
  expect(captions.map((one) => one.seq)).toEqual([1, 2, 3, 4]);
  expect(captions.map((one) => Math.round(one.start * 10) / 10)).toEqual([3, 7.3, 11, 11]);
  expect(captions.map((one) => one.end)).toEqual([captions[1]?.start, 11, 11, 60]);
});

test("a caller who speaks at once and long is not heard before the one who spoke first", () => {
  const captions = captionsOf(
    [message(1, "seat", "您请说", 20), message(2, "citizen", "我".repeat(200), 22)],
    recording(),
  );
  expect(captions.map((one) => [one.seq, one.start])).toEqual([
    [1, 20],
    [2, 20],
  ]);
});

test("messages of another call, and pictures without words, have no place in it", () => {
  const captions = captionsOf(
    [message(1, "citizen", "昨天的话", -3600), message(2, "citizen", "", 5), message(3, "seat", "在的", 30), message(4, "bot", "后来", 70)],
    recording(),
  );
  expect(captions.map((one) => one.seq)).toEqual([3]);
});

test("the caption of a moment, and the way to the next and the one before", () => {
  const captions = captionsOf(
    [message(1, "bot", "一", 2), message(2, "seat", "二", 10), message(3, "seat", "三", 20)],
    recording(),
  );
  expect([0, 2, 9.9, 10, 59].map((seconds) => captionAt(captions, seconds))).toEqual([-1, 0, 0, 1, 2]);
  expect(captionAt([], 5)).toBe(-1);
  expect(neighbourStart(captions, 0, 1)).toBe(2);
  expect(neighbourStart(captions, 12, 1)).toBe(20);
  expect(neighbourStart(captions, 30, 1)).toBe(30);
  expect(neighbourStart(captions, 15, -1)).toBe(10);
  expect(neighbourStart(captions, 10.5, -1)).toBe(2);
  expect(neighbourStart(captions, 2.5, -1)).toBe(0);
});
