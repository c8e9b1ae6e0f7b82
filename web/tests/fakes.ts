import {
  type Clock,
  type KeyValueStore,
  type OpenSocket,
  PictureRefused,
  type Ports,
  type SocketHandlers,
} from "../src/citizen/chat/ports";
import type { ClientFrame } from "../src/citizen/chat/wire";

/** Time that stands still until told to move. */
export class FakeClock implements Clock {
  #now = Date.parse("2026-11-22T10:00:00+08:00");
  #timers: { at: number; act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, act: () => void): () => void {
    const timer = { at: this.#now + delayMs, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((t) => t !== due);
      this.#now = due.at;
      due.act();
    }
    this.#now = end;
  }
}

export class MemoryStore implements KeyValueStore {
  readonly held = new Map<string, string>();
  get(key: string): string | null {
    return this.held.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.held.set(key, value);
  }
  remove(key: string): void {
    this.held.delete(key);
  }
  keys(): string[] {
    return [...this.held.keys()];
  }
}

export class FakeSocket {
  readonly sent: ClientFrame[] = [];
  closedByPage = false;

  constructor(private readonly handlers: SocketHandlers) {}

  open(): void {
    this.handlers.opened();
  }
  receive(frame: object): void {
    this.handlers.received(JSON.stringify(frame));
  }
  lose(code = 1006): void {
    this.handlers.closed(code);
  }
  sends(type: ClientFrame["type"]): ClientFrame[] {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** The browser, played by the test. */
export class FakeBrowser implements Ports {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  #ids = 0;

  constructor(readonly store: MemoryStore = new MemoryStore()) {}

  openSocket: OpenSocket = (handlers) => {
    const socket = new FakeSocket(handlers);
    this.sockets.push(socket);
    return {
      send: (data) => socket.sent.push(JSON.parse(data) as ClientFrame),
      close: () => (socket.closedByPage = true),
    };
  };

  get socket(): FakeSocket {
    const last = this.sockets[this.sockets.length - 1];
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  }

  readonly uploaded: Blob[] = [];
  /** What the server says to the next picture; its id if null. */
  refusal: string | null = null;

  uploadPicture: Ports["uploadPicture"] = (_session, picture) => {
    if (this.refusal !== null) return Promise.reject(new PictureRefused(this.refusal));
    this.uploaded.push(picture);
    return Promise.resolve(`c1.${this.uploaded.length}.jpg`);
  };
  downloadPicture: Ports["downloadPicture"] = (_session, id) => Promise.resolve(new Blob([id]));

  newId = (): string => `m${(this.#ids += 1)}`;
  random = (): number => 0;
}

export function message(seq: number, text: string, more: object = {}): object {
  return {
    type: "message",
    message: {
      seq,
      from: "bot",
      text,
      format: "plain",
      speech: text,
      kind: "text",
      quick_replies: [],
      card: null,
      message_id: null,
      at: "2026-11-22T10:00:00+08:00",
      ...more,
    },
  };
}
