/**
 * One citizen's line to the hotline: opens the socket, resumes after the last number, keeps the outbox moving,
 * reconnects with growing pauses. No clock, socket or storage of its own: all come through `Ports`.
 *
 * Messages are sent one at a time, each after the ack of the one before, so that a repeated send after a broken
 * connection can never overtake an earlier one.
 */

import { Timers } from "../../shared/timers";
import { reconnectDelay } from "./backoff";
import { Outbox, type OutboxEntry } from "./outbox";
import type { Ports, Socket } from "./ports";
import { loadRating, loadSession, type Rating, saveRating, saveSession, type Session } from "./session";
import { Transcript } from "./transcript";
import { type ChatMessage, type ClientFrame, type Owner, type QueuePlace, readServerFrame, type ServerFrame } from "./wire";

/** `connecting`: never yet welcomed, or lost for a moment. `offline`: lost long enough to tell the citizen. */
export type Line = "connecting" | "online" | "offline";

export interface ChatState {
  line: Line;
  /** False while the history of a resumed conversation is still coming in. */
  caughtUp: boolean;
  conversation: string | null;
  owner: Owner;
  messages: readonly ChatMessage[];
  outbox: readonly OutboxEntry[];
  typing: "bot" | "seat" | null;
  /** While the conversation waits for a person; null when the server has not said. */
  queue: QueuePlace | null;
  /** The last score the server has stored. */
  rated: number | null;
  /** The score that is on its way. */
  rating: number | null;
  /** One sentence about something that went wrong, in Chinese, or empty. */
  notice: string;
}

/** The words of a message that is only a picture; shown where the picture cannot be. */
export const PICTURE_WORDS = "[图片]";
export const WELCOME_LIMIT_MS = 10_000;
/** Longer than one bot turn may take (12 s by default), should a server acknowledge only after it. */
export const ACK_LIMIT_MS = 20_000;
export const PING_EVERY_MS = 25_000;
export const PONG_LIMIT_MS = 8_000;
/** A short break is not worth a warning. */
export const OFFLINE_AFTER_MS = 1_500;
/** A connection that lived this long starts the reconnect delays from the beginning. */
export const STABLE_AFTER_MS = 10_000;
const TYPING_LIMIT_MS = 60_000;
const CATCH_UP_LIMIT_MS = 3_000;
const TOO_MANY_SOCKETS_DELAY_MS = 20_000;
/** While the citizen writes, the seat is told this often at most. */
const TYPING_EVERY_MS = 3_000;
/** The citizen counts as no longer writing after a pause this long. */
const TYPING_PAUSE_MS = 5_000;
const MAX_REFUSALS = 4;
const FIRST_REFUSAL_DELAY_MS = 2_000;

const CLOSE_TOO_LARGE = 1009;
const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_NOT_FOUND = 4404;
const CLOSE_TOO_MANY = 4429;

type TimerName =
  | "welcome"
  | "ack"
  | "ping"
  | "pong"
  | "offline"
  | "stable"
  | "typing"
  | "catchUp"
  | "retry"
  | "refusal"
  | "ownTyping"
  | "ownPause";

export class ChatConnection {
  #socket: Socket | null = null;
  /** Bumped with each socket, so that a late event of an old one is recognised and dropped. */
  #generation = 0;
  #welcomed = false;
  #attempt = 0;
  #timers: Timers<TimerName>;
  #session: Session | null;
  #transcript = new Transcript();
  #outbox: Outbox;
  #pendingRating: Rating | null = null;
  #ratingOnWire = false;
  #epoch = -1;
  #targetSeq = 0;
  #gapAskedAt = -1;
  #noticeEndsWithWelcome = false;
  /** What the server said when it would not let us in. */
  #refusal = "";
  /** What to say as soon as the bot is back. */
  #wordsForBot = "";
  #botWanted = false;
  #ownTyping = false;
  #running = false;
  #state: ChatState;

  /** @param changed called with a new state object after each change */
  constructor(
    private readonly ports: Ports,
    private readonly changed: (state: ChatState) => void,
  ) {
    this.#timers = new Timers(ports.clock);
    this.#session = loadSession(ports.store);
    this.#outbox = new Outbox(ports.store);
    this.#outbox.restore(this.#session?.conversation ?? null);
    if (this.#session !== null) this.#pendingRating = loadRating(ports.store, this.#session.conversation);
    this.#state = this.#emptyState();
  }

  get state(): ChatState {
    return this.#state;
  }

  /** What opens the present conversation; null while there is none. */
  get session(): Session | null {
    return this.#session;
  }

  /** Opens the line; does nothing if it is already kept open. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#armOffline();
    this.#connect();
  }

  /** Closes the line and forgets no message; `start` resumes. */
  stop(): void {
    this.#running = false;
    this.#dropSocket();
    this.#timers.cancelAll();
    this.#publish({ line: "connecting", typing: null });
  }

  /** Takes a message into the outbox and sends it as soon as that is possible. */
  send(text: string, payload: string | null = null, attachment: string | null = null): void {
    const seen = this.#transcript.messages[this.#transcript.messages.length - 1]?.seq ?? 0;
    this.#outbox.add(this.ports.newId(), { text, payload, attachment }, this.ports.clock.now(), seen);
    this.writing(false);
    this.#publish({ notice: "" });
    this.#pump();
  }

  /** Uploads a picture, then sends it as a message. Rejects if it was not taken; nothing is kept of it then. */
  async sendPicture(picture: Blob): Promise<void> {
    const session = this.#session;
    if (session === null) throw new Error("no conversation yet");
    const id = await this.ports.uploadPicture(session, picture);
    if (this.#session?.conversation === session.conversation) this.send(PICTURE_WORDS, null, id);
  }

  picture(id: string): Promise<Blob> {
    return this.#session === null ? Promise.reject(new Error("no conversation")) : this.ports.downloadPicture(this.#session, id);
  }

  /** The citizen is (or is no longer) writing. Only a seat is told, and never what is being written. */
  writing(on: boolean): void {
    if (on && this.#state.owner === "SEAT" && this.#welcomed) {
      this.#timers.arm("ownPause", TYPING_PAUSE_MS, () => this.writing(false));
      if (this.#timers.runs("ownTyping")) return;
      this.#timers.arm("ownTyping", TYPING_EVERY_MS, () => undefined);
      this.#ownTyping = true;
      this.#write({ type: "typing", on: true });
    } else if (this.#ownTyping && !on) {
      this.#timers.cancel("ownPause", "ownTyping");
      this.#ownTyping = false;
      if (this.#welcomed) this.#write({ type: "typing", on: false });
    }
  }

  /** Waits no longer for a person; once the bot is back, says `words` to it if there are any. */
  takeBot(words = ""): void {
    if (this.#state.owner !== "WAITING") return;
    this.#wordsForBot = words;
    this.#botWanted = true;
    // On a line that is down the wish is said with the next welcome.
    if (this.#welcomed) this.#write({ type: "take_bot" });
  }

  retry(message_id: string): void {
    this.#outbox.change(message_id, { state: "queued", reason: "", refusals: 0 });
    this.#publish({});
    this.#pump();
  }

  /** Throws away a message that could not be sent. */
  discard(message_id: string): void {
    this.#outbox.remove(message_id);
    this.#publish({});
    this.#pump();
  }

  /** Rates the conversation; a later rating replaces it. Kept until the server has stored it. */
  rate(score: number, comment: string): void {
    this.#pendingRating = { score, comment };
    this.#ratingOnWire = false;
    saveRating(this.ports.store, this.#session?.conversation ?? null, this.#pendingRating);
    this.#publish({});
    this.#sendRating();
  }

  /** Leaves this conversation, with everything in it that was not sent, and begins another. */
  newConversation(): void {
    this.#outbox.clear();
    this.#forgetConversation("");
  }

  /** Shows one sentence about something that went wrong on this side. */
  tell(notice: string): void {
    this.#publish({ notice });
  }

  dismissNotice(): void {
    this.#publish({ notice: "" });
  }

  /** The browser says that the network is gone. */
  networkLost(): void {
    if (!this.#running) return;
    this.#lost();
    this.#timers.cancel("offline");
    this.#publish({ line: "offline" });
  }

  /** The browser says that the network is back. */
  networkBack(): void {
    if (!this.#running || this.#welcomed) return;
    this.#attempt = 0;
    this.#connect();
  }

  /** The page is visible again; a phone may have cut the line silently meanwhile. */
  pageShown(): void {
    if (!this.#running) return;
    if (!this.#welcomed) this.networkBack();
    else this.#ping();
  }

  #connect(): void {
    this.#dropSocket();
    this.#timers.cancel("retry");
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    this.#timers.arm("welcome", WELCOME_LIMIT_MS, () => this.#lost());
    this.#socket = this.ports.openSocket({
      opened: () => {
        if (!current()) return;
        this.#write({
          type: "hello",
          conversation: this.#session?.conversation ?? null,
          token: this.#session?.token ?? null,
          after: this.#transcript.completeUpTo,
        });
      },
      received: (data) => {
        if (!current()) return;
        this.#timers.cancel("pong");
        const frame = readServerFrame(data);
        if (frame !== null) this.#take(frame);
      },
      closed: (code) => {
        if (current()) this.#closed(code);
      },
    });
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#takeWelcome(frame);
      case "message":
        return this.#takeMessage(frame.message);
      case "ack":
        this.#timers.cancel("ack");
        this.#outbox.change(frame.message_id, { state: "delivered", reason: "" });
        this.#publish({});
        return this.#pump();
      case "typing":
        this.#timers.cancel("typing");
        if (frame.on) this.#timers.arm("typing", TYPING_LIMIT_MS, () => this.#publish({ typing: null }));
        return this.#publish({ typing: frame.on ? frame.from : null });
      case "owner":
        if (frame.epoch < this.#epoch) return;
        this.#epoch = frame.epoch;
        return this.#takeOwner(frame.owner);
      case "queue":
        return this.#publish({ queue: frame.place });
      case "rated":
        this.#pendingRating = null;
        this.#ratingOnWire = false;
        saveRating(this.ports.store, null, null);
        return this.#publish({ rated: frame.score });
      case "error":
        return this.#takeError(frame);
      case "pong":
        return;
    }
  }

  #takeOwner(owner: Owner): void {
    const words = this.#wordsForBot;
    if (owner !== "WAITING") {
      this.#wordsForBot = "";
      this.#botWanted = false;
    }
    this.#publish(owner === "WAITING" ? { owner } : { owner, queue: null });
    if (owner === "BOT" && words !== "") this.send(words);
  }

  #takeWelcome(frame: Extract<ServerFrame, { type: "welcome" }>): void {
    this.#timers.cancel("welcome", "offline");
    const token = frame.token ?? this.#session?.token ?? null;
    if (token !== null) {
      this.#session = { conversation: frame.conversation, token };
      saveSession(this.ports.store, this.#session);
    }
    this.#outbox.bind(frame.conversation);
    this.#welcomed = true;
    this.#epoch = -1;
    this.#targetSeq = frame.last_seq;
    this.#timers.arm("stable", STABLE_AFTER_MS, () => (this.#attempt = 0));
    this.#armPing();
    const caughtUp = this.#transcript.completeUpTo >= this.#targetSeq;
    if (!caughtUp) this.#timers.arm("catchUp", CATCH_UP_LIMIT_MS, () => this.#publish({ caughtUp: true }));
    this.#publish({
      line: "online",
      conversation: frame.conversation,
      owner: frame.owner,
      queue: frame.owner === "WAITING" ? this.#state.queue : null,
      rated: frame.rated ?? this.#state.rated,
      caughtUp: this.#state.caughtUp || caughtUp,
      notice: this.#noticeEndsWithWelcome ? "" : this.#state.notice,
    });
    this.#noticeEndsWithWelcome = false;
    this.#refusal = "";
    if (this.#botWanted && frame.owner === "WAITING") this.#write({ type: "take_bot" });
    else if (this.#botWanted) this.#takeOwner(frame.owner);
    this.#sendRating();
    this.#pump();
  }

  #takeMessage(message: ChatMessage): void {
    if (message.message_id !== null) {
      if (this.#outbox.sending?.message_id === message.message_id) this.#timers.cancel("ack");
      this.#outbox.remove(message.message_id);
    }
    if (!this.#transcript.add(message)) return this.#publish({});
    const caughtUp = this.#state.caughtUp || this.#transcript.completeUpTo >= this.#targetSeq;
    this.#publish({ caughtUp });
    this.#pump();
    // Ask for what is missing, but only once for the same hole: a server that cannot fill it must not loop us.
    if (this.#transcript.hasGap && this.#gapAskedAt !== this.#transcript.completeUpTo) {
      this.#gapAskedAt = this.#transcript.completeUpTo;
      this.#lost();
    }
  }

  #takeError(frame: Extract<ServerFrame, { type: "error" }>): void {
    if (["unauthorized", "token_ended", "not_found"].includes(frame.code)) return this.#refusedResume();
    if (frame.code === "bad_hello") return this.#session === null ? this.#lost() : this.#refusedResume();
    const entry = this.#outbox.entries.find((e) => e.message_id === frame.message_id);
    if (entry !== undefined && entry.state !== "delivered") {
      this.#timers.cancel("ack");
      if (frame.code === "payload_unknown" && entry.payload !== null) {
        // The offer belongs to a conversation that is gone; the words themselves still say it.
        this.#outbox.change(entry.message_id, { state: "queued", payload: null });
        return this.#pump();
      }
      if (frame.code === "kept") {
        // Safe on the server's disk; it comes back as a message once the database does.
        this.#outbox.change(entry.message_id, { state: "delivered" });
        this.#publish({ notice: frame.text });
        return this.#pump();
      }
      if (frame.retryable && entry.refusals < MAX_REFUSALS) {
        const delay = FIRST_REFUSAL_DELAY_MS * 2 ** entry.refusals;
        this.#outbox.change(entry.message_id, { state: "queued", refusals: entry.refusals + 1 });
        this.#timers.arm("refusal", delay, () => this.#pump());
        return this.#publish(frame.code === "too_many" ? { notice: frame.text } : {});
      }
      this.#outbox.change(entry.message_id, { state: "failed", reason: frame.text || "没有送达" });
      this.#publish(frame.code === "closed" ? { owner: "CLOSED" } : {});
      return this.#pump();
    }
    if (this.#ratingOnWire && frame.message_id === null && !frame.retryable) {
      this.#pendingRating = null;
      this.#ratingOnWire = false;
      saveRating(this.ports.store, null, null);
    }
    // Before the welcome the line itself is in trouble, and the line says so.
    if (this.#welcomed) this.#publish({ notice: frame.text });
    else this.#refusal = frame.text;
  }

  /** The server no longer knows this conversation: begin another and take what is unsent along. */
  #refusedResume(): void {
    if (this.#session === null) return this.#lost();
    this.#forgetConversation("上次的会话已经结束，已为您开始新的会话。已登记的工单可以凭工单编号和手机号后四位查询。");
  }

  #forgetConversation(notice: string): void {
    this.#session = null;
    saveSession(this.ports.store, null);
    saveRating(this.ports.store, null, null);
    this.#pendingRating = null;
    this.#ratingOnWire = false;
    this.#outbox.requeue();
    this.#outbox.bind(null);
    this.#transcript = new Transcript();
    this.#gapAskedAt = -1;
    this.#wordsForBot = "";
    this.#botWanted = false;
    this.#dropSocket();
    this.#timers.cancelAll();
    this.#publish({ ...this.#emptyState(), notice });
    if (!this.#running) return;
    this.#armOffline();
    this.#connect();
  }

  #closed(code: number): void {
    if (code === CLOSE_UNAUTHORIZED || code === CLOSE_NOT_FOUND) return this.#refusedResume();
    if (code === CLOSE_TOO_LARGE) {
      const sending = this.#outbox.sending;
      if (sending !== null) this.#outbox.change(sending.message_id, { state: "failed", reason: "内容太长，请分几次发送" });
    }
    if (code === CLOSE_TOO_MANY) {
      this.#noticeEndsWithWelcome = true;
      this.#publish({ notice: this.#refusal || "访问太频繁或打开的页面太多，20 秒后会自动重新连接。如果有危险，请马上拨打 110、119 或 120。" });
      return this.#lost(TOO_MANY_SOCKETS_DELAY_MS);
    }
    this.#lost();
  }

  /** The line is gone: keep everything, try again after a pause. */
  #lost(atLeastMs = 0): void {
    this.#dropSocket();
    this.#timers.cancel("welcome", "ack", "ping", "pong", "stable", "typing", "catchUp", "refusal", "ownTyping", "ownPause");
    this.#outbox.requeue();
    this.#ratingOnWire = false;
    if (this.#state.line === "online") this.#armOffline();
    this.#publish({ line: this.#state.line === "offline" ? "offline" : "connecting", typing: null });
    const delay = Math.max(atLeastMs, reconnectDelay(this.#attempt, this.ports.random()));
    this.#attempt += 1;
    this.#timers.arm("retry", delay, () => this.#connect());
  }

  #pump(): void {
    if (!this.#welcomed || this.#outbox.sending !== null || this.#timers.runs("refusal")) return;
    const entry = this.#outbox.next;
    if (entry === null) return;
    const { message_id, text, payload, attachment } = entry;
    this.#outbox.change(message_id, { state: "sending" });
    this.#timers.arm("ack", ACK_LIMIT_MS, () => this.#lost());
    this.#publish({});
    this.#write({
      type: "send",
      message_id,
      text,
      ...(payload === null ? {} : { payload }),
      ...(attachment === null ? {} : { attachment }),
    });
  }

  #sendRating(): void {
    if (!this.#welcomed || this.#pendingRating === null || this.#ratingOnWire) return;
    const { score, comment } = this.#pendingRating;
    this.#ratingOnWire = true;
    this.#write(comment === "" ? { type: "rate", score } : { type: "rate", score, comment });
  }

  #armPing(): void {
    this.#timers.arm("ping", PING_EVERY_MS, () => {
      this.#ping();
      this.#armPing();
    });
  }

  #ping(): void {
    if (this.#timers.runs("pong")) return;
    this.#timers.arm("pong", PONG_LIMIT_MS, () => this.#lost());
    this.#write({ type: "ping" });
  }

  #armOffline(): void {
    this.#timers.arm("offline", OFFLINE_AFTER_MS, () => {
      // Who was turned away for asking too often has a network, and a notice that says how long.
      if (!this.#noticeEndsWithWelcome) this.#publish({ line: "offline" });
    });
  }

  #write(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #dropSocket(): void {
    this.#generation += 1;
    this.#welcomed = false;
    this.#ownTyping = false;
    this.#socket?.close();
    this.#socket = null;
  }

  #emptyState(): ChatState {
    return {
      line: "connecting",
      caughtUp: false,
      conversation: this.#session?.conversation ?? null,
      owner: "BOT",
      messages: [],
      outbox: this.#outbox.entries,
      typing: null,
      queue: null,
      rated: null,
      rating: null,
      notice: "",
    };
  }

  #publish(change: Partial<ChatState>): void {
    this.#state = {
      ...this.#state,
      ...change,
      messages: this.#transcript.messages,
      outbox: this.#outbox.entries,
      rating: this.#pendingRating?.score ?? null,
    };
    this.changed(this.#state);
  }
}
