/** How a call stands, as its panel shows it. */

import type { Activity } from "./wire";

export type CallPhase = "idle" | "asking" | "connecting" | "talking" | "ended" | "failed";

export interface CallState {
  phase: CallPhase;
  activity: Activity;
  muted: boolean;
  /** The browser has taken the sound away, for a telephone call say; the hotline is told as if the caller had muted. */
  interrupted: boolean;
  /** When the call was answered, in ms since 1970; null before. */
  since: number | null;
  /** How long it lasted, in ms, once it is over. */
  lasted: number;
  /** What the caller is saying, or said last; `own_final`: it no longer changes. */
  own: string;
  own_final: boolean;
  /** What sounds, or sounded last. */
  hotline: string;
  /** Whose words are the newest. */
  latest: "own" | "hotline";
  /** How it ended, or what went wrong, in Chinese. */
  words: string;
  /** Loudness of the microphone, from 0 to 1. */
  level: number;
}

export const IDLE: CallState = {
  phase: "idle",
  activity: "thinking",
  muted: false,
  interrupted: false,
  since: null,
  lasted: 0,
  own: "",
  own_final: true,
  hotline: "",
  latest: "hotline",
  words: "",
  level: 0,
};
