/** What the desk needs from the outside world, so that tests can bring their own. */

import type { Clock, KeyValueStore, OpenSocket } from "../../shared/ports";

export type { Clock, KeyValueStore, OpenSocket };

/** Runs `act` every `everyMs`, also while the tab is hidden; returns a function that stops it. */
export type Tick = (everyMs: number, act: () => void) => () => void;

export interface DeskPorts {
  openSocket: OpenSocket;
  clock: Clock;
  tick: Tick;
  /** Kept for this tab, over reloads: words of citizens must not stay on a shared machine after the tab is closed. */
  store: KeyValueStore;
  newId(): string;
  /** In [0, 1). */
  random(): number;
}
