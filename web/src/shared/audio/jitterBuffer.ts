/**
 * Evens out audio that the network delivers unevenly. Pure; used inside the audio worklet.
 *
 * It waits until a little has come before it begins, plays on without gaps, and begins to wait again when it has run
 * dry. What it holds grows after a stall and is used up by the next pause of the speaker.
 */

export class JitterBuffer {
  #pieces: Float32Array[] = [];
  #offset = 0;
  #held = 0;
  #playing = false;
  #waited = 0;

  /** @param target samples to wait for before sounding; @param most older samples give way beyond this many */
  constructor(
    private readonly target: number,
    private readonly most: number,
  ) {}

  /** Samples that have not sounded. */
  get held(): number {
    return this.#held;
  }

  push(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#pieces.push(samples);
    this.#held += samples.length;
    while (this.#held > this.most) this.#skip(Math.min(this.#held - this.most, this.#left()));
  }

  /** Fills `out`; with silence where there is nothing to play. */
  pull(out: Float32Array): void {
    out.fill(0);
    if (!this.#playing) {
      if (this.#held === 0) return;
      this.#waited += out.length;
      // A last short piece gets no company: it has waited long enough by itself.
      if (this.#held < this.target && this.#waited < this.target) return;
      this.#playing = true;
    }
    let at = 0;
    while (at < out.length && this.#held > 0) {
      const piece = this.#pieces[0] as Float32Array;
      const count = Math.min(out.length - at, this.#left());
      out.set(piece.subarray(this.#offset, this.#offset + count), at);
      this.#skip(count);
      at += count;
    }
    if (this.#held === 0) {
      this.#playing = false;
      this.#waited = 0;
    }
  }

  /** Falls silent at once. */
  drop(): void {
    this.#pieces = [];
    this.#offset = this.#held = this.#waited = 0;
    this.#playing = false;
  }

  #left(): number {
    return (this.#pieces[0]?.length ?? 0) - this.#offset;
  }

  #skip(count: number): void {
    this.#offset += count;
    this.#held -= count;
    if (this.#left() === 0) {
      this.#pieces.shift();
      this.#offset = 0;
    }
  }
}
