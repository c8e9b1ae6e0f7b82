/**
 * What this seat has written and the server has not yet stored, for all conversations. One stored key an entry;
 * kept over reloads of the tab. Each conversation sends one message at a time, so that none overtakes another.
 */

import { object, text, whole } from "../../shared/read";
import type { KeyValueStore } from "./ports";

/**
 * `queued`: waits for its turn or the line. `sending`: on the wire. `sent`: the server has stored it, its echo is on
 * the way. `failed`: refused; the seat decides.
 */
export type SendState = "queued" | "sending" | "sent" | "failed";

export interface Outgoing {
  message_id: string;
  conversation: string;
  text: string;
  attachment: string | null;
  /** Time of writing, in milliseconds since 1970. */
  at: number;
  state: SendState;
  /** Why it failed, in Chinese; empty otherwise. */
  reason: string;
}

const PREFIX = "minsheng.seat.outbox.";

export class SeatOutbox {
  #entries: readonly Outgoing[];

  constructor(private readonly store: KeyValueStore) {
    this.#entries = store
      .keys()
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => readStored(store.get(key)))
      .filter((entry): entry is Outgoing => entry !== null)
      .sort((a, b) => a.at - b.at);
  }

  of(conversation: string): readonly Outgoing[] {
    return this.#entries.filter((entry) => entry.conversation === conversation);
  }

  /** Conversations that have something to send and nothing on the wire. */
  get ready(): string[] {
    const sending = new Set(this.#entries.filter((e) => e.state === "sending").map((e) => e.conversation));
    const waiting = this.#entries.filter((e) => e.state === "queued" && !sending.has(e.conversation));
    return [...new Set(waiting.map((e) => e.conversation))];
  }

  next(conversation: string): Outgoing | null {
    return this.of(conversation).find((entry) => entry.state === "queued") ?? null;
  }

  find(message_id: string): Outgoing | null {
    return this.#entries.find((entry) => entry.message_id === message_id) ?? null;
  }

  add(entry: Omit<Outgoing, "state" | "reason">): void {
    const last = this.#entries[this.#entries.length - 1];
    // Two messages within one millisecond must keep their order after a reload.
    const at = last !== undefined && last.at >= entry.at ? last.at + 1 : entry.at;
    const added: Outgoing = { ...entry, at, state: "queued", reason: "" };
    this.#entries = [...this.#entries, added];
    this.#save(added);
  }

  /** Changes an entry; unknown ids are ignored (an answer may come twice). */
  change(message_id: string, change: Partial<Pick<Outgoing, "state" | "reason">>): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.message_id !== message_id) return entry;
      const changed = { ...entry, ...change };
      this.#save(changed);
      return changed;
    });
  }

  /** After a lost line: what was on the wire is sent again under the same id. */
  requeue(): void {
    for (const entry of this.#entries) if (entry.state === "sending") this.change(entry.message_id, { state: "queued" });
  }

  remove(message_id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.message_id !== message_id);
    this.store.remove(PREFIX + message_id);
  }

  #save(entry: Outgoing): void {
    if (entry.state === "sent") return this.store.remove(PREFIX + entry.message_id);
    this.store.set(PREFIX + entry.message_id, JSON.stringify(entry));
  }
}

function readStored(value: string | null): Outgoing | null {
  if (value === null) return null;
  let raw: Record<string, unknown>;
  try {
    raw = object(JSON.parse(value));
  } catch {
    return null;
  }
  const message_id = text(raw["message_id"]);
  const conversation = text(raw["conversation"]);
  if (message_id === "" || conversation === "") return null;
  const failed = raw["state"] === "failed";
  return {
    message_id,
    conversation,
    text: text(raw["text"]),
    attachment: text(raw["attachment"]) || null,
    at: whole(raw["at"]),
    state: failed ? "failed" : "queued",
    reason: failed ? text(raw["reason"]) : "",
  };
}
