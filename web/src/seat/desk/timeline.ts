/** What the transcript shows, in order: messages in runs, notes, lines of the handoff, times, words on their way. */

import type { HandoffEvent } from "./answers";
import { eventLabel, SHOWN_EVENTS } from "./labels";
import type { Outgoing } from "./outbox";
import type { View } from "./view";
import type { DeskMessage, Note } from "./wire";

const SILENCE_MS = 10 * 60_000;
/** More are not drawn at once; a button shows earlier ones. */
export const DRAWN = 150;

export type TimelineItem =
  | { type: "time"; key: string; at: number }
  | { type: "event"; key: string; at: number; kind: string; label: string; detail: string }
  | { type: "note"; key: string; note: Note }
  | { type: "message"; key: string; message: DeskMessage; first: boolean }
  | { type: "outgoing"; key: string; entry: Outgoing };

/**
 * @param nameOf how a user id is shown; empty for the citizen and the system
 * @param drawn how many messages, from the end
 */
export function buildTimeline(view: View, nameOf: (actor: string) => string, drawn = DRAWN): TimelineItem[] {
  const messages = view.messages.slice(-drawn);
  const from = messages.length < view.messages.length || (messages[0]?.seq ?? 1) > 1 ? (messages[0]?.at ?? 0) : 0;
  const asides = [...view.notes.map(aside), ...(view.detail?.history ?? []).filter(isShown).map((event) => line(event, nameOf))]
    .filter((one) => one.at >= from)
    .sort((a, b) => a.at - b.at);

  const items: TimelineItem[] = [];
  let lastAt = 0;
  let speaker = "";
  const place = (at: number): void => {
    if (at > 0 && at - lastAt > SILENCE_MS) {
      items.push({ type: "time", key: `time-${at}-${items.length}`, at });
      speaker = "";
    }
    lastAt = Math.max(lastAt, at);
  };
  const placeAsides = (before: number): void => {
    for (let next = asides[0]; next !== undefined && next.at < before; next = asides[0]) {
      asides.shift();
      place(next.at);
      items.push(next.item);
      speaker = "";
    }
  };
  const held = new Set<string>();
  for (const message of messages) {
    placeAsides(message.at);
    place(message.at);
    if (message.message_id !== null) held.add(message.message_id);
    const now = `${message.from}-${message.author?.id ?? ""}`;
    items.push({
      type: "message",
      // The same key before and after the echo keeps the bubble in place instead of drawing it anew.
      key: message.from === "seat" && message.message_id !== null ? message.message_id : `seq-${message.seq}`,
      message,
      first: now !== speaker,
    });
    speaker = now;
  }
  placeAsides(Number.POSITIVE_INFINITY);
  for (const entry of view.outgoing) {
    if (!held.has(entry.message_id)) items.push({ type: "outgoing", key: entry.message_id, entry });
  }
  return items;
}

interface Aside {
  at: number;
  item: TimelineItem;
}

function aside(note: Note): Aside {
  return { at: note.at, item: { type: "note", key: note.id, note } };
}

function isShown(event: HandoffEvent): boolean {
  return SHOWN_EVENTS.has(event.kind);
}

function line(event: HandoffEvent, nameOf: (actor: string) => string): Aside {
  const name = nameOf(event.actor);
  const who = name === "" ? "" : `${name} `;
  return {
    at: event.at,
    item: {
      type: "event",
      key: `event-${event.kind}-${event.at}`,
      at: event.at,
      kind: event.kind,
      label: `${who}${eventLabel(event.kind)}`,
      detail: event.note,
    },
  };
}
