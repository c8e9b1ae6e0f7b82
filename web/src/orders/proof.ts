/** What this browser can prove by itself when the page opens. */

import { loadSession } from "../citizen/chat/session";
import type { KeyValueStore } from "../shared/ports";
import type { Proof } from "./ownOrders";

/** What a link may carry: one of the conversation, or a visit that our own server has opened (inside WeChat). */
const LINK = /^#(\d{12}\.\d{8}\.[\w-]{22})$/;
const VISIT = /^#visit=([\w-]{20,128})$/;

export interface Found {
  /** A visit that is open already; null: none came with the address. */
  visit: string | null;
  /** In the order in which they are tried. */
  proofs: Proof[];
}

export function takeProof(address: { hash: string }, device: KeyValueStore): Found {
  const proofs: Proof[] = [];
  const link = LINK.exec(address.hash)?.[1];
  if (link !== undefined) proofs.push({ link });
  const session = loadSession(device);
  if (session !== null) proofs.push({ conversation: session.conversation, token: session.token });
  return { visit: VISIT.exec(address.hash)?.[1] ?? null, proofs };
}
