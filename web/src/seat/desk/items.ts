/** The lists at the left: in which an item belongs, in what order, and who waits for whom. */

import { clockWords } from "../../shared/times";
import type { Item } from "./wire";

/** My conversations keep their places: a new one comes at the end, so nothing moves under the hand. */
export function orderMine(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => a.accepted_at - b.accepted_at || a.since - b.since);
}

/** As the server hands out: priority, then given back by a lost seat, then longest waiting. */
export function orderQueue(items: readonly Item[]): Item[] {
  return [...items].sort(
    (a, b) => b.priority - a.priority || Number(b.requeued > 0) - Number(a.requeued > 0) || a.since - b.since,
  );
}

export function put(items: readonly Item[], item: Item): Item[] {
  const at = items.findIndex((held) => held.conversation === item.conversation);
  if (at < 0) return [...items, item];
  return items.map((held, index) => (index === at ? item : held));
}

export function without(items: readonly Item[], conversation: string): readonly Item[] {
  return items.some((item) => item.conversation === conversation)
    ? items.filter((item) => item.conversation !== conversation)
    : items;
}

/** Since when the citizen has been waiting for us, or 0 while it is his turn: a seat has answered all he said. */
export function waitingSince(item: Item): number {
  if (item.state === "waiting" || item.state === "offered") return item.since;
  if (item.state === "serving" && item.last.from === "citizen") return item.last.at;
  // Taken, greeted by the system, and not yet answered.
  if (item.state === "serving" && item.last.from !== "seat" && item.unread > 0) return item.accepted_at || item.since;
  return 0;
}

export type Patience = "calm" | "soon" | "late";

/** How long is long: a minute without an answer asks for attention, three miss the service level of text. */
export const SOON_S = 60;
export const LATE_S = 180;

export function patience(seconds: number): Patience {
  if (seconds >= LATE_S) return "late";
  return seconds >= SOON_S ? "soon" : "calm";
}

/** 00:42, 12:05, 1:02:09. */
export function clockText(seconds: number): string {
  return clockWords(seconds).padStart(5, "0");
}

/** The conversation `step` places further; from none, the first or last. */
export function neighbour(items: readonly Item[], selected: string | null, step: 1 | -1): string | null {
  if (items.length === 0) return null;
  const at = items.findIndex((item) => item.conversation === selected);
  if (at < 0) return items[step === 1 ? 0 : items.length - 1]?.conversation ?? null;
  return items[(at + step + items.length) % items.length]?.conversation ?? null;
}

/** Of those that wait for an answer, the one that has waited longest, other than the selected. */
export function mostUrgent(items: readonly Item[], selected: string | null): string | null {
  const waiting = items
    .filter((item) => item.state === "serving" && waitingSince(item) > 0)
    .sort((a, b) => waitingSince(a) - waitingSince(b));
  return (waiting.find((item) => item.conversation !== selected) ?? waiting[0])?.conversation ?? null;
}
