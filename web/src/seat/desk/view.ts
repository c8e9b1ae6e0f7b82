/** What the console holds of one opened conversation. Immutable: each change makes a new object. */

import type { ConversationDetail } from "./answers";
import type { Outgoing } from "./outbox";
import type { CallLine, DeskMessage, KnowledgeHit, Note, Owner, SendWindow, Third } from "./wire";

export interface View {
  conversation: string;
  /** Ordered by `seq`, without gaps from the first held one on. */
  messages: readonly DeskMessage[];
  /** False until the newest messages have come in once. */
  loaded: boolean;
  loadingOlder: boolean;
  outgoing: readonly Outgoing[];
  notes: readonly Note[];
  typing: "citizen" | "seat" | "bot" | null;
  /** The line of a citizen who calls; null while he does not. */
  call: CallLine | null;
  /** The seat beside the owner in the talk with him. */
  third: Third | null;
  /** What he is just saying, as far as it is heard; not stored, and replaced by its message. */
  caption: string;
  /** On WeChat: what may still be sent. */
  window: SendWindow | null;
  owner: Owner | null;
  epoch: number;
  detail: ConversationDetail | null;
  knowledge: { query: string; hits: readonly KnowledgeHit[] };
}

export function emptyView(conversation: string): View {
  return {
    conversation,
    messages: [],
    loaded: false,
    loadingOlder: false,
    outgoing: [],
    notes: [],
    typing: null,
    call: null,
    third: null,
    caption: "",
    window: null,
    owner: null,
    epoch: 0,
    detail: null,
    knowledge: { query: "", hits: [] },
  };
}

/** Puts messages in by `seq`, clear ones in the place of covered ones; returns the same array if all were held already. */
export function merge(held: readonly DeskMessage[], added: readonly DeskMessage[]): readonly DeskMessage[] {
  const last = held[held.length - 1]?.seq ?? 0;
  const one = added[0];
  if (added.length === 1 && one !== undefined && one.seq > last) return [...held, one];
  const bySeq = new Map(held.map((message) => [message.seq, message]));
  let news = false;
  for (const message of added) {
    const known = bySeq.get(message.seq);
    if (known !== undefined && (!known.masked || message.masked)) continue;
    bySeq.set(message.seq, message);
    news = true;
  }
  if (!news) return held;
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The last number with nothing missing between it and the first held one: where to resume. */
export function contiguousUpTo(messages: readonly DeskMessage[]): number {
  let at = messages[0]?.seq ?? 0;
  for (const message of messages) {
    if (message.seq > at + 1) break;
    at = message.seq;
  }
  return at;
}

/** Whether something that is held is covered. */
export function hasMasked(messages: readonly DeskMessage[]): boolean {
  return messages.some((message) => message.masked);
}

export function hasOlder(messages: readonly DeskMessage[]): boolean {
  return (messages[0]?.seq ?? 1) > 1;
}

export function addNote(notes: readonly Note[], note: Note): readonly Note[] {
  return notes.some((held) => held.id === note.id) ? notes : [...notes, note];
}
