/** Timers by name, so that one can be set anew or cancelled wherever that turns out, and all of them at the end. */

import type { Clock } from "./ports";

export class Timers<Name extends string> {
  #cancels = new Map<Name, () => void>();

  constructor(private readonly clock: Clock) {}

  /** Runs `act` once after `delayMs`; a timer of the same name that still runs is cancelled. */
  arm(name: Name, delayMs: number, act: () => void): void {
    this.cancel(name);
    const cancel = this.clock.after(delayMs, () => {
      this.#cancels.delete(name);
      act();
    });
    this.#cancels.set(name, cancel);
  }

  runs(name: Name): boolean {
    return this.#cancels.has(name);
  }

  cancel(...names: Name[]): void {
    for (const name of names) {
      this.#cancels.get(name)?.();
      this.#cancels.delete(name);
    }
  }

  cancelAll(): void {
    this.cancel(...this.#cancels.keys());
  }
}
