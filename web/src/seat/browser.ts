/** The browser's own socket, clocks and storage behind the desk's ports. */

import type { DeskPorts, KeyValueStore, OpenSocket, Tick } from "./desk/ports";

export function browserPorts(): DeskPorts {
  return {
    openSocket,
    clock: {
      now: () => Date.now(),
      after: (delayMs, act) => {
        const timer = setTimeout(act, delayMs);
        return () => clearTimeout(timer);
      },
    },
    tick: workerTick(),
    store: new TabStore(),
    newId: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    random: Math.random,
  };
}

const openSocket: OpenSocket = (handlers) => {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/seat`);
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === "string") handlers.received(event.data);
  };
  socket.onclose = (event) => handlers.closed(event.code);
  return {
    send: (data) => {
      // A closing socket drops what it is given; the outbox sends it again after the reconnect.
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close: () => socket.close(),
  };
};

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

/** `sessionStorage`, or memory where the browser forbids or has run out of it. */
class TabStore implements KeyValueStore {
  #memory = new Map<string, string>();

  get(key: string): string | null {
    const held = this.#memory.get(key);
    if (held !== undefined) return held;
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  }

  set(key: string, value: string): void {
    try {
      sessionStorage.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.#memory.delete(key);
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Nothing was stored there either.
    }
  }

  keys(): string[] {
    const keys = new Set(this.#memory.keys());
    try {
      for (let i = 0; i < sessionStorage.length; i += 1) keys.add(sessionStorage.key(i) ?? "");
    } catch {
      // Memory is all there is.
    }
    return [...keys];
  }
}
