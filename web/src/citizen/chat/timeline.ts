/** What the log shows, in order: messages, time separators, refused words where they were said, then what is on its way. */

import { dateWords, dayOf, hourMinute } from "../../shared/times";
import type { DeliveryState, OutboxEntry } from "./outbox";
import type { ChatMessage, QuickReply, Sender } from "./wire";

/** A new separator after a silence this long. */
const SILENCE_MS = 5 * 60_000;
/** One array for all, so that a message without replies is not drawn anew at each change. */
const NO_REPLIES: QuickReply[] = [];

export interface TimeItem {
  type: "time";
  key: string;
  label: string;
}

export interface MessageItem {
  type: "message";
  key: string;
  message: ChatMessage;
  /** First of a run by the same sender: shows who speaks. */
  first: boolean;
  /** The quick replies that may still be used; empty for all but the newest words of the bot or seat. */
  replies: QuickReply[];
}

export interface PendingItem {
  type: "pending";
  key: string;
  entry: OutboxEntry;
  state: DeliveryState;
}

export type TimelineItem = TimeItem | MessageItem | PendingItem;

/**
 * @param now milliseconds since 1970, for "今天" and "昨天"
 * @param timezone IANA name; the hotline's own, wherever the reader is
 */
export function buildTimeline(
  messages: readonly ChatMessage[],
  outbox: readonly OutboxEntry[],
  now: number,
  timezone: string,
): TimelineItem[] {
  const items: TimelineItem[] = [];
  const offering = offeringSeq(messages, outbox);
  let lastAt = 0;
  let lastSender: Sender | null = null;
  const separate = (at: number): void => {
    if (at === 0) return;
    const silent = lastAt === 0 || at - lastAt > SILENCE_MS || dayOf(at, timezone) !== dayOf(lastAt, timezone);
    if (silent) {
      items.push({ type: "time", key: `time-${items.length}`, label: timeLabel(at, now, timezone) });
      lastSender = null;
    }
    lastAt = Math.max(at, lastAt);
  };
  const addPending = (entry: OutboxEntry | undefined): void => {
    if (entry === undefined) return;
    separate(entry.at);
    items.push({ type: "pending", key: entry.message_id, entry, state: entry.state });
    lastSender = "citizen";
  };
  const held = new Set<string>();
  const failed = outbox.filter((entry) => entry.state === "failed");
  for (const message of messages) {
    while (failed[0] !== undefined && failed[0].after < message.seq) addPending(failed.shift());
    separate(message.at);
    if (message.message_id !== null) held.add(message.message_id);
    items.push({
      type: "message",
      // The same key before and after the echo keeps the bubble in place instead of drawing it anew.
      key: message.from === "citizen" && message.message_id !== null ? message.message_id : `seq-${message.seq}`,
      message,
      first: message.from !== lastSender,
      replies: message.seq === offering ? message.quick_replies : NO_REPLIES,
    });
    lastSender = message.from;
  }
  for (const entry of failed) addPending(entry);
  for (const entry of outbox) {
    if (entry.state !== "failed" && !held.has(entry.message_id)) addPending(entry);
  }
  return items;
}

/** The message whose quick replies are open: the hotline's newest words, unless the citizen has answered them. */
function offeringSeq(messages: readonly ChatMessage[], outbox: readonly OutboxEntry[]): number {
  if (outbox.some((entry) => entry.state !== "failed")) return 0;
  for (let i = messages.length - 1; i >= 0; i -= 1) {
    const message = messages[i];
    if (message === undefined || message.from === "citizen") return 0;
    // A notice of the system between question and answer does not close the question.
    if (message.from !== "system" || message.quick_replies.length > 0) return message.seq;
  }
  return 0;
}

export function timeLabel(at: number, now: number, timezone: string): string {
  const time = hourMinute(at, timezone);
  const day = dayOf(at, timezone);
  if (day === dayOf(now, timezone)) return `今天 ${time}`;
  if (day === dayOf(now - 86_400_000, timezone)) return `昨天 ${time}`;
  return `${dateWords(at, now, timezone, { weekday: "short" })} ${time}`;
}
