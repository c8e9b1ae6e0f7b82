/** Unsent words of each conversation: in this tab only, over reloads. */

import type { KeyValueStore } from "./ports";

const PREFIX = "minsheng.seat.draft.";

export class Drafts {
  constructor(private readonly store: KeyValueStore) {}

  get(conversation: string): string {
    return this.store.get(PREFIX + conversation) ?? "";
  }

  set(conversation: string, words: string): void {
    if (words === "") this.store.remove(PREFIX + conversation);
    else this.store.set(PREFIX + conversation, words);
  }

  has(conversation: string): boolean {
    return this.get(conversation) !== "";
  }
}

/** Removes everything the console kept in this tab: for signing out. */
export function forgetAll(store: KeyValueStore): void {
  for (const key of store.keys()) if (key.startsWith("minsheng.seat.")) store.remove(key);
}
