/** Which conversation this browser is in, and the rating it has not yet delivered; kept across reloads. */

import type { KeyValueStore } from "./ports";

export interface Session {
  conversation: string;
  token: string;
}

export interface Rating {
  score: number;
  comment: string;
}

const SESSION_KEY = "minsheng.chat.session";
const RATING_KEY = "minsheng.chat.rating";

export function loadSession(store: KeyValueStore): Session | null {
  const raw = parse(store.get(SESSION_KEY));
  const conversation = raw["conversation"];
  const token = raw["token"];
  if (typeof conversation !== "string" || typeof token !== "string") return null;
  return { conversation, token };
}

export function saveSession(store: KeyValueStore, session: Session | null): void {
  if (session === null) store.remove(SESSION_KEY);
  else store.set(SESSION_KEY, JSON.stringify(session));
}

/** The undelivered rating of this conversation, if there is one. */
export function loadRating(store: KeyValueStore, conversation: string): Rating | null {
  const raw = parse(store.get(RATING_KEY));
  const score = raw["score"];
  const comment = raw["comment"];
  if (raw["conversation"] !== conversation || typeof score !== "number" || typeof comment !== "string") return null;
  return { score, comment };
}

export function saveRating(store: KeyValueStore, conversation: string | null, rating: Rating | null): void {
  if (rating === null || conversation === null) store.remove(RATING_KEY);
  else store.set(RATING_KEY, JSON.stringify({ conversation, ...rating }));
}

function parse(value: string | null): Record<string, unknown> {
  if (value === null) return {};
  try {
    const raw: unknown = JSON.parse(value);
    return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
