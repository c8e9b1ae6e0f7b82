/** What the connection needs from the outside world, so that tests can bring their own. */

import type { Clock, KeyValueStore, OpenSocket } from "../../shared/ports";

export type { Clock, KeyValueStore, OpenSocket, Socket, SocketHandlers } from "../../shared/ports";

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
