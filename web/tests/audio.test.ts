import { expect, test } from "vitest";
import { JitterBuffer } from "../src/shared/audio/jitterBuffer";
import { Framer, fromPcm, peak, toPcm } from "../src/shared/audio/pcm";
import { StreamResampler } from "../src/shared/audio/resampler";

/** `count` samples of a tone, in blocks of 128 as an audio thread brings them. */
function* tone(hz: number, rateHz: number, count: number): Generator<Float32Array> {
  for (let start = 0; start < count; start += 128) {
    yield Float32Array.from({ length: 128 }, (_, i) => Math.sin((2 * Math.PI * hz * (start + i)) / rateHz));
  }
}

function resampled(hz: number, fromHz: number, toHz: number): Float32Array {
  const resampler = new StreamResampler(fromHz, toHz);
  const out: number[] = [];
  for (const block of tone(hz, fromHz, fromHz)) out.push(...resampler.push(block));
  return Float32Array.from(out);
}

/** Root mean square of the middle, where no edge is. */
function loudness(samples: Float32Array): number {
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length);
}

/** The tone's frequency, by its zero crossings. */
function pitch(samples: Float32Array, rateHz: number): number {
  let crossings = 0;
  for (let i = 1; i < samples.length; i += 1) {
    if ((samples[i - 1] as number) < 0 && (samples[i] as number) >= 0) crossings += 1;
  }
  return (crossings * rateHz) / samples.length;
}

test.each([
  [48_000, 16_000],
  [44_100, 16_000],
  [16_000, 48_000],
  [16_000, 44_100],
  [16_000, 16_000],
  [96_000, 16_000],
])("a voice keeps pitch, loudness and length from %i to %i Hz", (fromHz, toHz) => {
  const out = resampled(1000, fromHz, toHz);
  expect(Math.abs(out.length - toHz)).toBeLessThan(toHz / 50);
  expect(pitch(out, toHz)).toBeGreaterThan(985);
  expect(pitch(out, toHz)).toBeLessThan(1015);
  expect(loudness(out)).toBeCloseTo(Math.SQRT1_2, 2);
});

test("what 16 kHz cannot carry is filtered out instead of becoming another tone", () => {
  expect(loudness(resampled(11_000, 48_000, 16_000))).toBeLessThan(0.002);
});

test("a higher rate gains no mirror image", () => {
  const out = resampled(6000, 16_000, 48_000);
  // The image would be at 10 kHz: after taking it down again and up nothing of it may be left.
  expect(pitch(out, 48_000)).toBeGreaterThan(5900);
  expect(pitch(out, 48_000)).toBeLessThan(6100);
});

test("PCM goes there and back, and is bounded", () => {
  const samples = Float32Array.from([0, 0.5, -0.5, 1, -1, 3]);
  const back = fromPcm(toPcm(samples));
  [0, 0.5, -0.5, 1, -1, 1].forEach((wanted, index) => expect(back[index]).toBeCloseTo(wanted, 3));
  expect(fromPcm(new ArrayBuffer(3))).toHaveLength(1);
  expect(peak(Float32Array.from([0.1, -0.7]))).toBeCloseTo(0.7);
});

test("frames have one length and lose nothing", () => {
  const framer = new Framer(4);
  const frames = [...framer.push(Float32Array.from([1, 2, 3])), ...framer.push(Float32Array.from([4, 5, 6, 7, 8, 9]))];
  expect(frames.map((frame) => [...frame])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});

function pulled(buffer: JitterBuffer, count: number): number[] {
  const out = new Float32Array(count);
  buffer.pull(out);
  return [...out];
}

test("it begins when a little has come, then plays without a gap", () => {
  const buffer = new JitterBuffer(4, 100);
  buffer.push(Float32Array.from([1, 2]));
  expect(pulled(buffer, 2)).toEqual([0, 0]);
  buffer.push(Float32Array.from([3, 4]));
  expect(pulled(buffer, 3)).toEqual([1, 2, 3]);
  buffer.push(Float32Array.from([5]));
  expect(pulled(buffer, 3)).toEqual([4, 5, 0]);
  // It has run dry and waits again.
  buffer.push(Float32Array.from([6]));
  expect(pulled(buffer, 2)).toEqual([0, 0]);
});

test("a last piece that is shorter than the wait is heard all the same", () => {
  const buffer = new JitterBuffer(4, 100);
  buffer.push(Float32Array.from([1]));
  expect(pulled(buffer, 2)).toEqual([0, 0]);
  expect(pulled(buffer, 2)).toEqual([1, 0]);
});

test("an interruption silences it at once", () => {
  const buffer = new JitterBuffer(2, 100);
  buffer.push(Float32Array.from([1, 2, 3, 4]));
  pulled(buffer, 1);
  buffer.drop();
  expect([buffer.held, ...pulled(buffer, 2)]).toEqual([0, 0, 0]);
  buffer.push(Float32Array.from([5, 6]));
  expect(pulled(buffer, 2)).toEqual([5, 6]);
});

test("it never holds more than its most; the oldest gives way", () => {
  const buffer = new JitterBuffer(1, 4);
  buffer.push(Float32Array.from([1, 2, 3]));
  buffer.push(Float32Array.from([4, 5, 6]));
  expect(buffer.held).toBe(4);
  expect(pulled(buffer, 4)).toEqual([3, 4, 5, 6]);
});
