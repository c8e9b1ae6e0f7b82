/** What page and audio thread say to each other. */

export const PROCESSOR = "minsheng-voice";

export type ToWorklet = { type: "play"; pcm: ArrayBuffer } | { type: "drop" } | { type: "mute"; on: boolean } | { type: "end" };

/** One frame of the microphone; `level` from 0 to 1. */
export interface ToPage {
  pcm: ArrayBuffer;
  level: number;
}
