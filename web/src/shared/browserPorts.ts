/** The browser's own socket, clock, storage and randomness behind the ports of both pages. */

import type { Clock, KeyValueStore, OpenSocket, SocketHandlers } from "./ports";

/** Opens the gateway's websocket at `path`; text frames go to the handlers. */
export function webSocketAt(path: string, handlers: SocketHandlers): WebSocket {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}${path}`);
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === "string") handlers.received(event.data);
  };
  socket.onclose = (event) => handlers.closed(event.code);
  return socket;
}

/** Sends what an open socket takes. A closing one drops what it is given: what must arrive is kept by an outbox. */
export function sendOn(socket: WebSocket, data: string | ArrayBuffer): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(data);
}

export function socketAt(path: string): OpenSocket {
  return (handlers) => {
    const socket = webSocketAt(path, handlers);
    return { send: (data) => sendOn(socket, data), close: () => socket.close() };
  };
}

export const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
};

/** 128 random bits. `crypto.randomUUID` is missing in older web views and on plain http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A storage of the browser, or memory where it forbids that or has run out of it. */
export class SafeStore implements KeyValueStore {
  readonly #storage: () => Storage;
  #memory = new Map<string, string>();

  /** `storage` is asked at each call: merely naming a forbidden one throws. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  get(key: string): string | null {
    const held = this.#memory.get(key);
    if (held !== undefined) return held;
    try {
      return this.#storage().getItem(key);
    } catch {
      return null;
    }
  }

  set(key: string, value: string): void {
    try {
      this.#storage().setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.#memory.delete(key);
    try {
      this.#storage().removeItem(key);
    } catch {
      // Nothing was stored there either.
    }
  }

  keys(): string[] {
    const keys = new Set(this.#memory.keys());
    try {
      const storage = this.#storage();
      for (let i = 0; i < storage.length; i += 1) {
        const key = storage.key(i);
        if (key !== null) keys.add(key);
      }
    } catch {
      // Memory is all there is.
    }
    return [...keys];
  }
}
