/** Which message is heard at which moment of a recording. Pure. */

import type { DeskMessage } from "../desk/wire";
import type { Recording } from "../desk/recording";

export interface Caption {
  seq: number;
  from: DeskMessage["from"];
  text: string;
  /** Seconds of the recording. */
  start: number;
  end: number;
}

/** A caller's words are stored when they have been understood, so long after their end. */
const HEARD_AFTER_S = 0.9;
/** Chinese over the telephone: four to five characters a second. */
const SECONDS_A_CHARACTER = 0.22;
/** A message stored so long before the recording began belongs to another call. */
const BEFORE_S = 3;

/**
 * What is spoken tells by itself when (`recording.cues`); what the caller said has only the time at which it was stored,
 * from which its beginning is reckoned.
 */
export function captionsOf(messages: readonly DeskMessage[], recording: Recording): Caption[] {
  const spoken = new Map<number, number>();
  for (const cue of recording.cues) if (!spoken.has(cue.seq)) spoken.set(cue.seq, cue.at_s);
  const found: Caption[] = [];
  for (const message of messages) {
    if (message.text === "") continue;
    const stored = (message.at - recording.began_at) / 1000;
    const told = spoken.get(message.seq);
    if (told === undefined && (stored < -BEFORE_S || stored > recording.length_s + HEARD_AFTER_S)) continue;
    const length = Array.from(message.text).length * SECONDS_A_CHARACTER;
    const start = told ?? (message.from === "citizen" ? stored - HEARD_AFTER_S - length : stored);
    found.push({ seq: message.seq, from: message.from, text: message.text, start: clamp(start, recording.length_s), end: 0 });
  }
  // Nobody says the second thing before the first.
  let latest = 0;
  for (const caption of found) {
    if (caption.from === "citizen" && !spoken.has(caption.seq)) caption.start = Math.max(caption.start, latest);
    latest = Math.max(latest, caption.start);
  }
  found.sort((a, b) => a.start - b.start || a.seq - b.seq);
  found.forEach((caption, index) => (caption.end = found[index + 1]?.start ?? recording.length_s));
  return found;
}

/** The index of what is heard at that moment; -1 before the first. */
export function captionAt(captions: readonly Caption[], seconds: number): number {
  let low = 0;
  let high = captions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((captions[middle]?.start ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Where to go on for the caption before or after; back to the beginning of this one first, if it has just been heard. */
export function neighbourStart(captions: readonly Caption[], seconds: number, by: 1 | -1): number {
  const at = captionAt(captions, seconds);
  if (by === 1) return captions[at + 1]?.start ?? seconds;
  const current = captions[at];
  if (current !== undefined && seconds - current.start > 1.5) return current.start;
  return captions[at - 1]?.start ?? 0;
}

function clamp(seconds: number, length: number): number {
  return Math.min(Math.max(seconds, 0), length);
}
