/** The browser's own socket, clock and storage behind the connection's ports. */

import type { Clock, KeyValueStore, OpenSocket, Ports } from "./ports";

export function browserPorts(): Ports {
  return { openSocket, clock, store: new SafeStore(), newId, random: Math.random };
}

const openSocket: OpenSocket = (handlers) => {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/chat`);
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

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
};

/** `localStorage`, or memory where the browser forbids or has run out of it. */
export class SafeStore implements KeyValueStore {
  #memory = new Map<string, string>();

  get(key: string): string | null {
    const held = this.#memory.get(key);
    if (held !== undefined) return held;
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.#memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was stored there either.
    }
  }

  keys(): string[] {
    const keys = [...this.#memory.keys()];
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const key = localStorage.key(i);
        if (key !== null && !this.#memory.has(key)) keys.push(key);
      }
    } catch {
      // Memory is all there is.
    }
    return keys;
  }
}

/** 128 random bits. `crypto.randomUUID` is missing in older web views and on plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
