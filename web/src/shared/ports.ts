/** What the lines of both pages need from the browser, so that tests can bring their own. */

export interface SocketHandlers {
  opened(): void;
  received(data: string): void;
  /** Called once, also when the socket never opened. */
  closed(code: number): void;
}

export interface Socket {
  send(data: string): void;
  close(): void;
}

export type OpenSocket = (handlers: SocketHandlers) => Socket;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `act` after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, act: () => void): () => void;
}

/** Strings kept across reloads. None of the calls throws. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}
