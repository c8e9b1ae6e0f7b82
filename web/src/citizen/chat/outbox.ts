/**
 * What the citizen has written and the server has not yet stored. Kept across reloads, one stored key an entry,
 * so that two open pages never overwrite each other's.
 */

import type { KeyValueStore } from "./ports";

/**
 * `queued`: waits for its turn or the network. `sending`: on the wire, not acknowledged.
 * `delivered`: the server has stored it, its echo is on the way. `failed`: refused; the citizen decides.
 */
export type DeliveryState = "queued" | "sending" | "delivered" | "failed";

export interface OutboxEntry {
  message_id: string;
  text: string;
  payload: string | null;
  /** The id of a picture that the server has already. */
  attachment: string | null;
  /** Time of writing, in milliseconds since 1970. */
  at: number;
  /** The last `seq` that the citizen saw when writing: where a message that failed belongs. */
  after: number;
  state: DeliveryState;
  /** Why it failed, in Chinese; empty otherwise. */
  reason: string;
  /** How often the server has answered "later". */
  refusals: number;
}

interface StoredEntry {
  message_id: string;
  conversation: string | null;
  text: string;
  payload: string | null;
  attachment: string | null;
  at: number;
  after: number;
  failed: string | null;
}

const PREFIX = "minsheng.chat.outbox.";

export class Outbox {
  #entries: readonly OutboxEntry[] = [];
  #conversation: string | null = null;

  constructor(private readonly store: KeyValueStore) {}

  /** Oldest first. A new array after each change. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  /** The oldest entry that still has to be sent. */
  get next(): OutboxEntry | null {
    return this.#entries.find((entry) => entry.state === "queued") ?? null;
  }

  get sending(): OutboxEntry | null {
    return this.#entries.find((entry) => entry.state === "sending") ?? null;
  }

  /** Brings back what an earlier page left, for this conversation; what belongs to another one is thrown away. */
  restore(conversation: string | null): void {
    this.#conversation = conversation;
    const restored: OutboxEntry[] = [];
    for (const key of this.store.keys()) {
      if (!key.startsWith(PREFIX)) continue;
      const stored = readStored(this.store.get(key));
      if (stored === null || (stored.conversation !== null && stored.conversation !== conversation)) {
        this.store.remove(key);
        continue;
      }
      restored.push({
        message_id: stored.message_id,
        text: stored.text,
        payload: stored.payload,
        attachment: stored.attachment,
        at: stored.at,
        after: stored.after,
        state: stored.failed === null ? "queued" : "failed",
        reason: stored.failed ?? "",
        refusals: 0,
      });
    }
    this.#entries = restored.sort((a, b) => a.at - b.at);
  }

  /** Ties all entries to a conversation: the one that has just begun, or the one that replaces a lost one. */
  bind(conversation: string | null): void {
    if (this.#conversation === conversation) return;
    this.#conversation = conversation;
    for (const entry of this.#entries) this.#save(entry);
  }

  add(
    message_id: string,
    words: { text: string; payload: string | null; attachment: string | null },
    at: number,
    after: number,
  ): void {
    // Two messages within one millisecond must keep their order after a reload.
    const last = this.#entries[this.#entries.length - 1];
    const later = last !== undefined && last.at >= at ? last.at + 1 : at;
    const entry: OutboxEntry = {
      message_id,
      ...words,
      at: later,
      after,
      state: "queued",
      reason: "",
      refusals: 0,
    };
    this.#entries = [...this.#entries, entry];
    this.#save(entry);
  }

  /** Changes an entry; unknown ids are ignored (an ack may come twice). */
  change(message_id: string, change: Partial<Pick<OutboxEntry, "state" | "reason" | "refusals" | "payload">>): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.message_id !== message_id) return entry;
      const changed = { ...entry, ...change };
      this.#save(changed);
      return changed;
    });
  }

  /** After a lost connection: what was on the wire is sent again, with the same id. */
  requeue(): void {
    const sending = this.sending;
    if (sending !== null) this.change(sending.message_id, { state: "queued" });
  }

  remove(message_id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.message_id !== message_id);
    this.store.remove(PREFIX + message_id);
  }

  clear(): void {
    for (const entry of this.#entries) this.store.remove(PREFIX + entry.message_id);
    this.#entries = [];
  }

  #save(entry: OutboxEntry): void {
    if (entry.state === "delivered") {
      // Stored by the server: nothing of it needs to stay on this device.
      this.store.remove(PREFIX + entry.message_id);
      return;
    }
    const stored: StoredEntry = {
      message_id: entry.message_id,
      conversation: this.#conversation,
      text: entry.text,
      payload: entry.payload,
      attachment: entry.attachment,
      at: entry.at,
      after: entry.after,
      failed: entry.state === "failed" ? entry.reason : null,
    };
    this.store.set(PREFIX + entry.message_id, JSON.stringify(stored));
  }
}

function readStored(value: string | null): StoredEntry | null {
  if (value === null) return null;
  try {
    const raw = JSON.parse(value) as Partial<StoredEntry>;
    if (typeof raw.message_id !== "string" || typeof raw.text !== "string" || typeof raw.at !== "number") return null;
    return {
      message_id: raw.message_id,
      conversation: typeof raw.conversation === "string" ? raw.conversation : null,
      text: raw.text,
      payload: typeof raw.payload === "string" ? raw.payload : null,
      attachment: typeof raw.attachment === "string" ? raw.attachment : null,
      at: raw.at,
      after: typeof raw.after === "number" ? raw.after : 0,
      failed: typeof raw.failed === "string" ? raw.failed : null,
    };
  } catch {
    return null;
  }
}
