/** Samples as floats and as the 16-bit little-endian PCM of the wire. Pure; used inside the audio worklet. */

/** Of everything that goes over the wire. */
export const WIRE_HZ = 16_000;
/** 20 ms. */
export const FRAME_SAMPLES = WIRE_HZ / 50;

export function toPcm(samples: Float32Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => {
    const bounded = Math.max(-1, Math.min(1, sample));
    view.setInt16(index * 2, Math.round(bounded < 0 ? bounded * 0x8000 : bounded * 0x7fff), true);
  });
  return view.buffer as ArrayBuffer;
}

/** Half a sample at the end is left out. */
export function fromPcm(pcm: ArrayBuffer): Float32Array {
  const view = new DataView(pcm);
  const samples = new Float32Array(Math.floor(pcm.byteLength / 2));
  for (let index = 0; index < samples.length; index += 1) samples[index] = view.getInt16(index * 2, true) / 0x8000;
  return samples;
}

/** Cuts a stream into frames of equal length. */
export class Framer {
  #rest = new Float32Array(0);

  constructor(private readonly length: number) {}

  push(samples: Float32Array): Float32Array[] {
    const all = new Float32Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const frames: Float32Array[] = [];
    let at = 0;
    for (; at + this.length <= all.length; at += this.length) frames.push(all.slice(at, at + this.length));
    this.#rest = all.slice(at);
    return frames;
  }
}

/** The loudest sample, from 0 to 1. */
export function peak(samples: Float32Array): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample));
  return most;
}
