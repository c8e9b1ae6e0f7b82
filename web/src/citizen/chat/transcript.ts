/** The messages of one conversation, each `seq` once, in order, with the number to resume from. */

import type { ChatMessage } from "./wire";

export class Transcript {
  #bySeq = new Map<number, ChatMessage>();
  #ordered: readonly ChatMessage[] = [];
  #complete = 0;

  /** All messages, ordered by `seq`. A new array after each change. */
  get messages(): readonly ChatMessage[] {
    return this.#ordered;
  }

  /** The highest `seq` with nothing missing below it: what `hello.after` asks from. */
  get completeUpTo(): number {
    return this.#complete;
  }

  /** True while a message is held whose predecessor has not come. */
  get hasGap(): boolean {
    return this.#bySeq.size > this.#complete;
  }

  /** Takes a message in. Returns false, and changes nothing, if its `seq` is already held. */
  add(message: ChatMessage): boolean {
    if (this.#bySeq.has(message.seq)) return false;
    this.#bySeq.set(message.seq, message);
    while (this.#bySeq.has(this.#complete + 1)) this.#complete += 1;
    const last = this.#ordered[this.#ordered.length - 1];
    this.#ordered =
      last === undefined || last.seq < message.seq
        ? [...this.#ordered, message]
        : [...this.#bySeq.values()].sort((a, b) => a.seq - b.seq);
    return true;
  }
}
