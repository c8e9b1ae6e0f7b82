/** Changes the sample rate of a stream of audio by a windowed sinc. Pure; used inside the audio worklet. */

/** Zero crossings of the sinc to each side: enough that what the filter lets through wrongly is below -60 dB. */
const CROSSINGS = 16;
/** Of the lower rate's half: the rest is for the filter's slope. */
const PASSBAND = 0.92;

export class StreamResampler {
  /** Filter coefficients, one row of `#taps` for each position between two input samples. */
  readonly #rows: Float32Array[] = [];
  readonly #step: number;
  readonly #phases: number;
  readonly #half: number;
  #held: Float32Array;
  /** Where the next output sample lies, in input samples times `#phases`, counted from the middle of `#held`'s start. */
  #at: number;

  constructor(fromHz: number, toHz: number) {
    const common = divisor(fromHz, toHz);
    this.#step = fromHz / common;
    this.#phases = toHz / common;
    const cutoff = Math.min(1, toHz / fromHz) * PASSBAND;
    this.#half = Math.ceil(CROSSINGS / cutoff);
    for (let phase = 0; phase < this.#phases; phase += 1) this.#rows.push(this.#row(phase / this.#phases, cutoff));
    // Silence before the first sample.
    this.#held = new Float32Array(this.#half);
    this.#at = 0;
  }

  /** The samples that can be told from what has come so far. */
  push(input: Float32Array): Float32Array {
    const all = new Float32Array(this.#held.length + input.length);
    all.set(this.#held);
    all.set(input, this.#held.length);
    const out: number[] = [];
    let index = Math.floor(this.#at / this.#phases);
    while (index + 2 * this.#half <= all.length) {
      const row = this.#rows[this.#at % this.#phases] as Float32Array;
      let sum = 0;
      for (let tap = 0; tap < row.length; tap += 1) sum += (row[tap] as number) * (all[index + tap] as number);
      out.push(sum);
      this.#at += this.#step;
      index = Math.floor(this.#at / this.#phases);
    }
    this.#held = all.slice(Math.min(index, all.length));
    this.#at -= Math.min(index, all.length) * this.#phases;
    return Float32Array.from(out);
  }

  #row(offset: number, cutoff: number): Float32Array {
    const taps = 2 * this.#half;
    const row = new Float32Array(taps);
    let total = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap - this.#half + 1 - offset;
      const value = sinc(cutoff * distance) * window(distance / this.#half);
      row[tap] = value;
      total += value;
    }
    // Every row passes a constant unchanged.
    return row.map((value) => value / total);
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Blackman's; `x` from -1 to 1. */
function window(x: number): number {
  if (Math.abs(x) >= 1) return 0;
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
