/** What a seat has to know before writing to somebody on WeChat. Pure. */

import type { SendWindow } from "./wire";

/** `last`: one message is left; `used`: none before the citizen writes; `shut`: they have not written for too long. */
export type WindowState = "open" | "last" | "used" | "shut";

export function windowState(window: SendWindow, now: number): WindowState {
  if (window.until <= now) return "shut";
  if (window.left === 0) return "used";
  return window.left === 1 ? "last" : "open";
}

/** Our messages behind this number are held until the citizen writes again; Infinity: none is. */
export function heldBehind(window: SendWindow | null, now: number): number {
  if (window === null) return Infinity;
  const state = windowState(window, now);
  return state === "used" || state === "shut" ? window.delivered : Infinity;
}
