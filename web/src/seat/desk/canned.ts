/** Canned replies: found by `/` and what follows, filled with the names of the moment. */

import type { CannedReply } from "./answers";

const SHOWN = 8;

/** What follows a `/` at the beginning of the input; null if the input asks for no canned reply. */
export function cannedQuery(words: string): string | null {
  const found = /^[/／]([^\n]{0,20})$/.exec(words);
  return found === null ? null : (found[1] ?? "").trim().toLowerCase();
}

/**
 * Filters by pinyin keys (from their beginning), then by words inside keys, group or text.
 * @param query lower case, without the slash; empty shows the first ones
 */
export function findCanned(replies: readonly CannedReply[], query: string, limit = SHOWN): CannedReply[] {
  if (query === "") return replies.slice(0, limit);
  const scored: { reply: CannedReply; score: number }[] = [];
  for (const reply of replies) {
    const keys = reply.keys.map((key) => key.toLowerCase());
    let score = 0;
    if (keys.includes(query)) score = 4;
    else if (keys.some((key) => key.startsWith(query))) score = 3;
    else if (reply.group.includes(query)) score = 2;
    else if (reply.text.toLowerCase().includes(query) || keys.some((key) => key.includes(query))) score = 1;
    if (score > 0) scored.push({ reply, score });
  }
  // Array.sort is stable: within one score the order of the file stays.
  return scored.sort((a, b) => b.score - a.score).slice(0, limit).map((one) => one.reply);
}

const TITLED = /^(\p{Script=Han}{1,2})[*＊]*(先生|女士|师傅|老师|同学|大爷|阿姨)$/u;

/** How a citizen is addressed by what is known, masked: 李*先生 is 李先生; "" for a bare name, of which only 李 is left. */
export function addressOf(name: string): string {
  const found = TITLED.exec(name);
  return found === null ? "" : `${found[1]}${found[2]}`;
}

/** Puts names in. Nobody is called 您您好 or 李您好: without an address the sentence begins with its greeting. */
export function fillCanned(words: string, names: { citizen: string; seat: string; city: string }): string {
  const addressed = names.citizen === "" ? words.replace(/^\{citizen\}[，,]/, "您好，").replaceAll("{citizen}您", "您") : words;
  return addressed.replace(/\{(citizen|seat|city)\}/g, (_, name: keyof typeof names) => names[name]);
}
