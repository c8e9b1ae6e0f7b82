/** The browser's own parts behind the desk's ports. */

import { clock, newId, SafeStore, socketAt } from "../shared/browserPorts";
import type { DeskPorts, Tick } from "./desk/ports";

export function browserPorts(): DeskPorts {
  const store = new SafeStore(() => sessionStorage);
  return { openSocket: socketAt("/ws/seat"), clock, tick: workerTick(), store, newId, random: Math.random };
}

/** Ticks of a worker; of the page itself where workers are forbidden. */
function workerTick(): Tick {
  const acts = new Map<number, () => void>();
  let ids = 0;
  let worker: Worker | null = null;
  try {
    worker = new Worker(new URL("./ticker.worker.ts", import.meta.url));
    worker.onmessage = (event: MessageEvent<number>) => acts.get(event.data)?.();
  } catch {
    worker = null;
  }
  return (everyMs, act) => {
    if (worker === null) {
      const timer = setInterval(act, everyMs);
      return () => clearInterval(timer);
    }
    const ticking = worker;
    const id = (ids += 1);
    acts.set(id, act);
    ticking.postMessage({ id, everyMs });
    return () => {
      acts.delete(id);
      ticking.postMessage({ id, everyMs: 0 });
    };
  };
}
