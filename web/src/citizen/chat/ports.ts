/** What the connection needs from the outside world, so that tests can bring their own. */

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

/** `message` is for the citizen. */
export class PictureRefused extends Error {}

export interface Ports {
  openSocket: OpenSocket;
  clock: Clock;
  store: KeyValueStore;
  /** A new unique `message_id`. */
  newId(): string;
  /** Stores a picture; returns its id. Rejects with a `PictureRefused` that says why in Chinese. */
  uploadPicture(session: { conversation: string; token: string }, picture: Blob): Promise<string>;
  /** Rejects if there is no such picture or no line. */
  downloadPicture(session: { conversation: string; token: string }, id: string): Promise<Blob>;
  /** In [0, 1). */
  random(): number;
}
