/**
 * The console without its looks: what the seat's lists, offers and opened conversations are, and what may be done.
 * Feeds on the line's frames; tells `changed` which part is new. Pure but for its ports.
 */

import { Timers } from "../../shared/timers";
import type { ConversationDetail } from "./answers";
import { orderMine, orderQueue, put, without } from "./items";
import { DeskError, DeskLine, type LineState } from "./line";
import { SeatOutbox } from "./outbox";
import type { DeskPorts } from "./ports";
import { addNote, contiguousUpTo, emptyView, hasMasked, merge, type View } from "./view";
import type {
  Author,
  Callback,
  PromisedCall,
  CallLine,
  ClientFrame,
  DeskMessage,
  DeskSettings,
  Item,
  KnowledgeHit,
  Note,
  SeatItem,
  SeatStatus,
  ServerFrame,
  Third,
  User,
} from "./wire";

export interface Offer {
  item: Item;
  /** Until when it may be accepted, in milliseconds of this machine's clock. */
  until: number;
}

/** Another seat asks me into his talk with a caller (三方通话). */
export interface Invitation {
  id: string;
  item: Item;
  from: Author;
  note: string;
  /** As of an offer. */
  until: number;
}

export interface Notice {
  text: string;
  tone: "info" | "problem" | "alarm";
  conversation: string | null;
}

export interface DeskState {
  line: LineState;
  user: User;
  status: SeatStatus;
  statusReason: string;
  settings: DeskSettings;
  /** Server's clock minus ours, in milliseconds. */
  skew: number;
  mine: readonly Item[];
  queue: readonly Item[];
  /** What other seats serve, as far as a lead is told. */
  others: readonly Item[];
  seats: readonly SeatItem[];
  offers: readonly Offer[];
  invitation: Invitation | null;
  unread: Readonly<Record<string, number>>;
  selected: string | null;
  notice: Notice | null;
  /** The newest callback that was pushed; the list asks for all. */
  callback: Callback | null;
}

export interface Changed {
  desk(): void;
  view(conversation: string): void;
  /** An offer or an emergency came: make it heard. */
  attention(kind: "offer" | "message" | "alert", item: Item | null): void;
  /** A conversation is nobody's here any more: what is held of it may be forgotten. */
  gone(conversation: string): void;
  shut(): void;
}

/** So many messages of the past come with a conversation that is opened; older ones when scrolled to. */
export const RECENT = 60;
const TYPING_SHOWN_MS = 8_000;
const TYPING_EVERY_MS = 3_000;
/** The gateway says every two seconds that somebody is on the line. */
const CALL_SHOWN_MS = 8_000;
/** A caption that nothing follows is of a line that broke. */
const CAPTION_SHOWN_MS = 10_000;
const INVITATION_LATE_MS = 1_000;
/** Why nobody is with me any more whom I called in; what I did myself need not be said. */
const THIRD_GONE: Record<string, string> = {
  expired: "三方通话邀请无人接听",
  refused: "对方婉拒了三方通话",
  left: "对方已退出三方通话",
};
const RETRY_LATER_MS = 2_000;
const SELECTED = "minsheng.seat.selected";
const READ = "minsheng.seat.read.";
const TAB = "minsheng.seat.tab";

export class Desk {
  #state: DeskState;
  #views = new Map<string, View>();
  #open = new Set<string>();
  #outbox: SeatOutbox;
  #line: DeskLine;
  #timers: Timers<`typing ${string}` | `call ${string}` | `caption ${string}` | "invitation">;
  #typingSent = new Map<string, number>();
  /** Accepted, and to be selected once the server shows it as mine. */
  #expected: string | null = null;

  constructor(
    private readonly ports: DeskPorts,
    user: User,
    csrf: () => string,
    private readonly changed: Changed,
  ) {
    this.#outbox = new SeatOutbox(ports.store);
    this.#timers = new Timers(ports.clock);
    const tab = ports.store.get(TAB) ?? ports.newId();
    ports.store.set(TAB, tab);
    this.#state = {
      line: "connecting",
      user,
      status: "offline",
      statusReason: "",
      settings: { offer_s: 20, heartbeat_s: 5, lost_s: 20 },
      skew: 0,
      mine: [],
      queue: [],
      others: [],
      seats: [],
      offers: [],
      invitation: null,
      unread: {},
      selected: ports.store.get(SELECTED),
      notice: null,
      callback: null,
    };
    this.#line = new DeskLine(ports, csrf, tab, {
      frame: (frame) => this.#take(frame),
      state: (line) => this.#lineIs(line),
      shut: () => changed.shut(),
    });
  }

  get state(): DeskState {
    return this.#state;
  }

  get isLead(): boolean {
    return this.#state.user.rights.includes("lead");
  }

  start(): void {
    this.#line.start();
  }

  stop(): void {
    this.#line.stop();
  }

  hurry(): void {
    this.#line.hurry();
  }

  networkLost(): void {
    this.#line.networkLost();
  }

  view(conversation: string): View {
    const held = this.#views.get(conversation);
    if (held !== undefined) return held;
    const view = { ...emptyView(conversation), outgoing: this.#outbox.of(conversation) };
    this.#views.set(conversation, view);
    return view;
  }

  /** The item of a conversation, wherever it stands. */
  item(conversation: string | null): Item | null {
    if (conversation === null) return null;
    const { mine, queue, others } = this.#state;
    return [...mine, ...queue, ...others].find((item) => item.conversation === conversation) ?? null;
  }

  // -- what the seat does ----------------------------------------------------------------------------------------

  select(conversation: string | null): void {
    const before = this.#state.selected;
    if (conversation === null) this.ports.store.remove(SELECTED);
    else this.ports.store.set(SELECTED, conversation);
    this.#publish({ selected: conversation });
    if (conversation !== null) {
      this.#ensureOpen(conversation);
      this.markRead(conversation);
    }
    // What was only looked at need not be followed any longer.
    if (before !== null && before !== conversation && !this.#isMine(before)) this.closeView(before);
  }

  /** Takes notice of a conversation that somebody else serves, so that a lead can look at it. */
  know(item: Item): void {
    if (this.item(item.conversation) === null) this.#publish({ others: put(this.#state.others, item) });
  }

  /** Asks for all messages once more where some are covered: they have been revealed, or the conversation is mine. */
  openAgain(conversation: string): void {
    const { messages } = this.view(conversation);
    if (!this.#open.has(conversation) || !hasMasked(messages)) return;
    const first = messages[0]?.seq ?? 1;
    this.#line.write({ type: "open", conversation, after: first - 1 });
  }

  closeView(conversation: string): void {
    if (!this.#open.delete(conversation)) return;
    this.#line.write({ type: "close_view", conversation });
  }

  /** Everything said so far has been seen. */
  markRead(conversation: string): void {
    const item = this.item(conversation);
    const held = this.view(conversation).messages;
    const seq = Math.max(item?.last.seq ?? 0, held[held.length - 1]?.seq ?? 0);
    if (seq > this.#readUpTo(conversation)) this.ports.store.set(READ + conversation, String(seq));
    this.#countUnread();
  }

  setStatus(status: SeatStatus, reason = ""): Promise<void> {
    const frame: ClientFrame = reason === "" ? { type: "status", status } : { type: "status", status, reason };
    return this.#line.request(frame).then(() => this.#publish({ status, statusReason: reason }));
  }

  async accept(handoff: string): Promise<void> {
    const offer = this.#state.offers.find((one) => one.item.handoff === handoff);
    this.#expected = offer?.item.conversation ?? null;
    try {
      await this.#line.request({ type: "accept", handoff });
    } catch (error) {
      this.#expected = null;
      this.#dropOffer(handoff);
      throw error;
    }
    this.#dropOffer(handoff);
    this.#selectExpected();
  }

  async decline(handoff: string, reason: string): Promise<void> {
    this.#dropOffer(handoff);
    await this.#line.request({ type: "decline", handoff, reason });
  }

  /** Takes a message into the outbox and sends it as soon as that is possible. */
  send(conversation: string, text: string, attachment: string | null = null): void {
    this.#outbox.add({ message_id: this.ports.newId(), conversation, text, attachment, at: this.ports.clock.now() });
    this.#outgoingChanged(conversation);
    this.typing(conversation, false);
    this.#pump();
  }

  retry(message_id: string): void {
    const entry = this.#outbox.find(message_id);
    this.#outbox.change(message_id, { state: "queued", reason: "" });
    if (entry !== null) this.#outgoingChanged(entry.conversation);
    this.#pump();
  }

  discard(message_id: string): void {
    const entry = this.#outbox.find(message_id);
    this.#outbox.remove(message_id);
    if (entry !== null) this.#outgoingChanged(entry.conversation);
    this.#pump();
  }

  /** The seat is writing, or has stopped; repeated at most every three seconds. */
  typing(conversation: string, on: boolean): void {
    const now = this.ports.clock.now();
    const last = this.#typingSent.get(conversation) ?? 0;
    if (on ? now - last < TYPING_EVERY_MS : last === 0) return;
    this.#typingSent.set(conversation, on ? now : 0);
    this.#line.write({ type: "typing", conversation, on });
  }

  transfer(conversation: string, to: { skill: string } | { seat: string }, note: string): Promise<void> {
    return this.#line.request({ type: "transfer", conversation, epoch: this.#epoch(conversation), ...to, note });
  }

  pullIn(conversation: string, lead: string): Promise<void> {
    return this.#line.request({ type: "pull_in", conversation, ...(lead === "" ? {} : { lead }) });
  }

  /** Asks a second seat into the talk with the caller. */
  callIn(conversation: string, to: { skill: string } | { seat: string }, note: string): Promise<void> {
    return this.#line.request({ type: "call_in", conversation, epoch: this.#epoch(conversation), ...to, note });
  }

  /** Comes into the talk that I am asked into, and looks at its conversation. */
  async join(): Promise<void> {
    const asked = this.#state.invitation;
    if (asked === null) return;
    this.#dropInvitation(asked.id);
    const { conversation } = asked.item;
    await this.#line.request({ type: "join", conversation, invitation: asked.id });
    this.know(asked.item);
    this.select(conversation);
  }

  async refuse(): Promise<void> {
    const asked = this.#state.invitation;
    if (asked === null) return;
    this.#dropInvitation(asked.id);
    await this.#line.request({ type: "refuse", conversation: asked.item.conversation, invitation: asked.id });
  }

  /** Goes out of another seat's talk; in one's own: takes the invitation back, or sends the third out. */
  leaveCall(conversation: string): Promise<void> {
    return this.#line.request({ type: "leave_call", conversation });
  }

  async takeOver(conversation: string): Promise<void> {
    this.#expected = conversation;
    await this.#line.request({ type: "take_over", conversation, epoch: this.#epoch(conversation) });
    this.#selectExpected();
  }

  toBot(conversation: string, note: string): Promise<void> {
    const epoch = this.#epoch(conversation);
    return this.#line.request({ type: "to_bot", conversation, epoch, ...(note === "" ? {} : { note }) });
  }

  end(conversation: string): Promise<void> {
    return this.#line.request({ type: "end", conversation, epoch: this.#epoch(conversation) });
  }

  wrap(conversation: string, outcome: string, tags: string[], note: string, call: PromisedCall | null = null): Promise<void> {
    return this.#line.request({ type: "wrap", conversation, outcome, tags, ...(note === "" ? {} : { note }), ...(call ?? {}) });
  }

  whisper(conversation: string, text: string): Promise<void> {
    return this.#line.request({ type: "whisper", conversation, text });
  }

  // -- what HTTP brought -----------------------------------------------------------------------------------------

  setDetail(conversation: string, detail: ConversationDetail): void {
    const view = this.view(conversation);
    const notes = view.notes.reduce(addNote, detail.notes);
    const fresher = detail.epoch >= view.epoch;
    this.#setView(conversation, {
      detail,
      notes: [...notes].sort((a, b) => a.at - b.at),
      ...(fresher ? { owner: detail.owner, epoch: detail.epoch } : {}),
    });
  }

  olderLoading(conversation: string, on: boolean): void {
    this.#setView(conversation, { loadingOlder: on });
  }

  addMessages(conversation: string, messages: readonly DeskMessage[]): void {
    this.#setView(conversation, { messages: merge(this.view(conversation).messages, messages), loaded: true });
  }

  addNote(conversation: string, note: Note): void {
    this.#setView(conversation, { notes: addNote(this.view(conversation).notes, note) });
  }

  setKnowledge(conversation: string, query: string, hits: readonly KnowledgeHit[]): void {
    this.#setView(conversation, { knowledge: { query, hits } });
  }

  notify(text: string, tone: Notice["tone"] = "info", conversation: string | null = null): void {
    this.#publish({ notice: { text, tone, conversation } });
  }

  dismissNotice(): void {
    this.#publish({ notice: null });
  }

  // -- what the line brings --------------------------------------------------------------------------------------

  #lineIs(line: LineState): void {
    if (line !== "online") {
      this.#outbox.requeue();
      // An offer cannot be accepted without a line; the server makes it again or to somebody else.
      this.#publish({ line, offers: [], invitation: null });
      for (const conversation of this.#views.keys()) this.#outgoingChanged(conversation);
      return;
    }
    this.#publish({ line });
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#publish({
          user: frame.user,
          status: frame.status,
          settings: frame.settings,
          skew: frame.server_time === 0 ? 0 : frame.server_time - this.ports.clock.now(),
        });
      case "desk":
        return this.#takeDesk(frame.mine, frame.queue, frame.seats);
      case "item":
        return this.#takeItem(frame.item);
      case "item_gone":
        return this.#takeGone(frame.conversation);
      case "offer":
        return this.#takeOffer(frame.item, frame.until);
      case "offer_gone":
        if (frame.why === "expired" && this.#state.offers.some((o) => o.item.handoff === frame.handoff)) {
          this.notify("有一个新会话超时未接，已退回排队", "problem");
        }
        return this.#dropOffer(frame.handoff);
      case "message":
        return this.#takeMessage(frame.conversation, frame.message);
      case "window":
        return this.#setView(frame.conversation, { window: frame.window });
      case "heard":
        return this.#takeHeard(frame.conversation, frame.seq, frame.text);
      case "typing":
        return this.#takeTyping(frame.conversation, frame.from, frame.on);
      case "call":
        return this.#takeCall(frame.conversation, frame.on ? frame.line : null);
      case "invited":
        return this.#takeInvited(frame);
      case "invitation_gone":
        if (frame.why === "expired" && this.#state.invitation?.id === frame.invitation) this.notify("三方通话邀请已超时", "problem");
        return this.#dropInvitation(frame.invitation);
      case "third":
        return this.#takeThird(frame.conversation, frame.third, frame.why);
      case "caption":
        return this.#takeCaption(frame.conversation, frame.text);
      case "owner": {
        const view = this.view(frame.conversation);
        if (frame.epoch < view.epoch) return;
        return this.#setView(frame.conversation, { owner: frame.owner, epoch: frame.epoch });
      }
      case "seat":
        return this.#publish({
          seats: this.#state.seats.some((seat) => seat.id === frame.seat.id)
            ? this.#state.seats.map((seat) => (seat.id === frame.seat.id ? frame.seat : seat))
            : [...this.#state.seats, frame.seat],
          ...(frame.seat.id === this.#state.user.id
            ? { status: frame.seat.status, statusReason: frame.seat.reason }
            : {}),
        });
      case "note":
      case "whisper":
        this.addNote(frame.conversation, frame.note);
        if (frame.type === "whisper" && frame.note.author !== this.#state.user.id) {
          this.changed.attention("message", null);
          if (frame.conversation !== this.#state.selected) {
            this.notify(`班长提示：${frame.note.text}`, "info", frame.conversation);
          }
        }
        return;
      case "knowledge":
        return this.setKnowledge(frame.conversation, frame.query, frame.hits);
      case "alert":
        this.#takeItem(frame.item);
        this.notify(frame.text || `紧急来话：${frame.item.title}`, "alarm", frame.item.conversation);
        return this.changed.attention("alert", frame.item);
      case "callback":
        return this.#publish({ callback: frame.callback });
      case "error":
        return this.notify(frame.text || "服务器报告了一个错误", "problem");
      case "done":
      case "pong":
        return;
    }
  }

  #takeDesk(mine: Item[], queue: Item[], seats: SeatItem[]): void {
    const me = seats.find((seat) => seat.id === this.#state.user.id);
    const waits = (item: Item): boolean => item.state === "waiting" || item.state === "offered";
    // The server knows that I am in another seat's talk only once I have opened its conversation again.
    const told = new Set([...mine, ...queue].map((item) => item.conversation));
    const asThird = this.#state.others.filter((item) => !told.has(item.conversation) && this.#isThird(item.conversation));
    this.#publish({
      mine: orderMine(mine),
      queue: orderQueue(queue.filter(waits)),
      // Leads are told what the other seats serve as well.
      others: [...queue.filter((item) => !waits(item)), ...asThird],
      seats,
      ...(me === undefined ? {} : { statusReason: me.reason }),
    });
    for (const item of mine) this.#epochIs(item);
    this.#countUnread();
    // The server has forgotten what this tab followed: ask for what was said meanwhile.
    const followed = [...this.#open];
    this.#open.clear();
    for (const conversation of followed) this.#ensureOpen(conversation);
    const { selected } = this.#state;
    if (selected !== null && this.item(selected) !== null) this.#ensureOpen(selected);
    else if (mine.length > 0) this.select(this.#state.mine[0]?.conversation ?? null);
    else if (selected !== null && !this.isLead) this.select(null);
    this.#failOrphans();
    this.#pump();
  }

  #takeItem(item: Item): void {
    const { user, selected } = this.#state;
    const serving = item.state === "serving" || item.state === "wrap_up";
    const isMine = serving && item.seat === user.id;
    const wasMine = this.#isMine(item.conversation);
    const knownUpTo = this.item(item.conversation)?.last.seq ?? 0;
    this.#publish({
      mine: isMine ? orderMine(put(this.#state.mine, item)) : without(this.#state.mine, item.conversation),
      queue: serving ? without(this.#state.queue, item.conversation) : orderQueue(put(this.#state.queue, item)),
      others: serving && !isMine ? put(this.#state.others, item) : without(this.#state.others, item.conversation),
    });
    this.#epochIs(item);
    if (isMine && item.conversation === selected) this.markRead(item.conversation);
    else this.#countUnread();
    if (isMine && !wasMine) {
      // What was covered while I only looked is said to me now.
      this.openAgain(item.conversation);
      this.#dropOffer(item.handoff);
      this.#selectExpected();
    }
    if (wasMine && !isMine) this.#leave(item.conversation);
    // Told by the item and not by the message: only what is opened brings its messages, and the past must not be heard.
    if (isMine && wasMine && item.last.from === "citizen" && item.last.seq > knownUpTo) {
      this.changed.attention("message", item);
    }
    this.#pump();
  }

  #takeGone(conversation: string): void {
    const wasMine = this.#isMine(conversation);
    this.#publish({
      mine: without(this.#state.mine, conversation),
      queue: without(this.#state.queue, conversation),
      others: without(this.#state.others, conversation),
      offers: this.#state.offers.filter((offer) => offer.item.conversation !== conversation),
    });
    if (wasMine) this.#leave(conversation);
    this.#countUnread();
    if (this.#state.selected === conversation) this.select(null);
    // Eight hours bring many conversations; only those that can still be seen are held.
    if (this.#outbox.of(conversation).length > 0) return;
    this.#views.delete(conversation);
    this.changed.gone(conversation);
  }

  /** A conversation is no longer mine: nothing more can be sent there, the next one comes up. */
  #leave(conversation: string): void {
    this.closeView(conversation);
    this.ports.store.remove(READ + conversation);
    this.#failOrphans();
    if (this.#state.selected !== conversation) return;
    const next = this.#state.mine.find((item) => item.state === "serving") ?? this.#state.mine[0];
    this.select(next?.conversation ?? null);
  }

  #takeOffer(item: Item, until: number): void {
    // Told twice, the second time from an older look at the queue: it is served already.
    if (this.#state.mine.some((own) => own.handoff === item.handoff && own.epoch >= item.epoch)) return;
    const known = this.#state.offers.some((offer) => offer.item.handoff === item.handoff);
    const ends = until === 0 ? this.ports.clock.now() + this.#state.settings.offer_s * 1000 : until - this.#state.skew;
    const offers = this.#state.offers.filter((offer) => offer.item.handoff !== item.handoff);
    this.#publish({ offers: [...offers, { item, until: ends }] });
    if (!known) this.changed.attention("offer", item);
  }

  #dropOffer(handoff: string): void {
    const offers = this.#state.offers.filter((offer) => offer.item.handoff !== handoff);
    if (offers.length !== this.#state.offers.length) this.#publish({ offers });
  }

  #takeHeard(conversation: string, seq: number, heard: string): void {
    const messages = this.view(conversation).messages.map((message) => (message.seq === seq ? { ...message, heard } : message));
    this.#setView(conversation, { messages });
  }

  #takeMessage(conversation: string, message: DeskMessage): void {
    if (message.message_id !== null && this.#outbox.find(message.message_id) !== null) {
      this.#outbox.remove(message.message_id);
    }
    const view = this.view(conversation);
    const isNew = message.seq > (view.messages[view.messages.length - 1]?.seq ?? 0);
    const messages = merge(view.messages, [message]);
    const stops = message.from === view.typing;
    this.#setView(conversation, {
      messages,
      loaded: true,
      outgoing: this.#outbox.of(conversation),
      ...(stops ? { typing: null } : {}),
      ...(message.from === "citizen" ? { caption: "" } : {}),
    });
    if (conversation === this.#state.selected) this.markRead(conversation);
    else this.#countUnread();
    // A hole between what is held: ask again from where it begins.
    const complete = contiguousUpTo(messages);
    if (complete < (messages[messages.length - 1]?.seq ?? 0) && complete > contiguousUpTo(view.messages) - 1 && isNew) {
      this.#line.write({ type: "open", conversation, after: complete });
    }
    this.#pump();
  }

  #takeTyping(conversation: string, from: "citizen" | "seat" | "bot", on: boolean): void {
    const end = `typing ${conversation}` as const;
    if (on) this.#timers.arm(end, TYPING_SHOWN_MS, () => this.#setView(conversation, { typing: null }));
    else this.#timers.cancel(end);
    this.#setView(conversation, { typing: on ? from : null });
  }

  #takeCall(conversation: string, call: CallLine | null): void {
    const end = `call ${conversation}` as const;
    if (call !== null) this.#timers.arm(end, CALL_SHOWN_MS, () => this.#setView(conversation, { call: null }));
    else this.#timers.cancel(end);
    if (this.view(conversation).call !== call) this.#setView(conversation, { call });
  }

  #takeInvited(frame: { item: Item; invitation: string; from: Author; note: string; until: number }): void {
    const { item, from, note } = frame;
    const { settings, skew } = this.#state;
    const until = frame.until === 0 ? this.ports.clock.now() + settings.offer_s * 1000 : frame.until - skew;
    this.#publish({ invitation: { id: frame.invitation, item, from, note, until } });
    // Where the word that it has run out is lost.
    this.#timers.arm("invitation", Math.max(until - this.ports.clock.now(), 0) + INVITATION_LATE_MS, () => this.#dropInvitation(frame.invitation));
    this.changed.attention("offer", item);
  }

  #dropInvitation(id: string): void {
    if (this.#state.invitation?.id !== id) return;
    this.#timers.cancel("invitation");
    this.#publish({ invitation: null });
  }

  #takeThird(conversation: string, third: Third | null, why: string): void {
    const before = this.view(conversation).third;
    this.#setView(conversation, { third });
    if (third !== null || before === null) return;
    const me = this.#state.user.id;
    if (before.from.id === me) {
      if (why in THIRD_GONE) this.notify(THIRD_GONE[why] ?? "", "info", conversation);
    } else if (before.seat?.id === me && why !== "handed") {
      if (why !== "left") this.notify("三方通话已结束", "info", conversation);
      if (!this.isLead) this.#takeGone(conversation);
    }
  }

  #takeCaption(conversation: string, caption: string): void {
    const end = `caption ${conversation}` as const;
    if (caption !== "") this.#timers.arm(end, CAPTION_SHOWN_MS, () => this.#setView(conversation, { caption: "" }));
    else this.#timers.cancel(end);
    this.#setView(conversation, { caption });
  }

  // -- inside ----------------------------------------------------------------------------------------------------

  #isMine(conversation: string): boolean {
    return this.#state.mine.some((item) => item.conversation === conversation);
  }

  #isThird(conversation: string): boolean {
    const third = this.#views.get(conversation)?.third ?? null;
    return third?.state === "in" && third.seat?.id === this.#state.user.id;
  }

  #epoch(conversation: string): number {
    return Math.max(this.item(conversation)?.epoch ?? 0, this.view(conversation).epoch);
  }

  #epochIs(item: Item): void {
    const view = this.#views.get(item.conversation);
    if (view === undefined || item.epoch < view.epoch) return;
    const owner = item.state === "serving" ? "SEAT" : item.state === "wrap_up" ? "WRAP_UP" : "WAITING";
    if (view.owner !== owner || view.epoch !== item.epoch) {
      this.#setView(item.conversation, { owner, epoch: item.epoch });
    }
  }

  #ensureOpen(conversation: string): void {
    if (this.#open.has(conversation) || !this.#line.online) return;
    this.#open.add(conversation);
    const held = this.view(conversation).messages;
    const recent = Math.max(0, (this.item(conversation)?.last.seq ?? 0) - RECENT);
    this.#line.write({ type: "open", conversation, after: held.length > 0 ? contiguousUpTo(held) : recent });
  }

  #selectExpected(): void {
    if (this.#expected === null || !this.#isMine(this.#expected)) return;
    const conversation = this.#expected;
    this.#expected = null;
    this.select(conversation);
  }

  #readUpTo(conversation: string): number {
    return Number(this.ports.store.get(READ + conversation) ?? "0") || 0;
  }

  #countUnread(): void {
    const unread: Record<string, number> = {};
    for (const item of this.#state.mine) {
      if (item.conversation === this.#state.selected) continue;
      const read = this.#readUpTo(item.conversation);
      const held = this.#views.get(item.conversation);
      const followed = held !== undefined && this.#open.has(item.conversation) && held.loaded;
      const count = followed
        ? held.messages.filter((message) => message.from === "citizen" && message.seq > read).length
        : item.last.seq > read
          ? item.unread
          : 0;
      if (count > 0) unread[item.conversation] = count;
    }
    const before = this.#state.unread;
    const keys = Object.keys(unread);
    if (keys.length === Object.keys(before).length && keys.every((key) => before[key] === unread[key])) return;
    this.#publish({ unread });
  }

  /** Sends the oldest waiting message of each conversation that is mine. */
  #pump(): void {
    if (!this.#line.online) return;
    for (const conversation of this.#outbox.ready) {
      if (!this.#isMine(conversation)) continue;
      const entry = this.#outbox.next(conversation);
      if (entry === null) continue;
      const { message_id, text, attachment } = entry;
      this.#outbox.change(message_id, { state: "sending" });
      this.#outgoingChanged(conversation);
      const frame: ClientFrame = {
        type: "send",
        conversation,
        epoch: this.#epoch(conversation),
        message_id,
        text,
        ...(attachment === null ? {} : { attachment }),
      };
      this.#line.request(frame, message_id).then(
        () => this.#sent(conversation, message_id),
        (error: unknown) => this.#refused(conversation, message_id, error),
      );
    }
  }

  /** Stored: it stays in view until its echo comes as a message, which removes it. */
  #sent(conversation: string, message_id: string): void {
    const held = this.view(conversation).messages.some((message) => message.message_id === message_id);
    if (held || !this.#open.has(conversation)) this.#outbox.remove(message_id);
    else this.#outbox.change(message_id, { state: "sent" });
    this.#outgoingChanged(conversation);
    this.#pump();
  }

  #refused(conversation: string, message_id: string, error: unknown): void {
    const reason = error instanceof DeskError ? error : new DeskError("unknown", "没有送达");
    if (this.#outbox.find(message_id) === null) return;
    if (reason.retryable) {
      this.#outbox.change(message_id, { state: "queued" });
      if (reason.code !== "lost" && reason.code !== "offline") {
        this.ports.clock.after(RETRY_LATER_MS, () => this.#pump());
      }
    } else {
      this.#outbox.change(message_id, { state: "failed", reason: reason.message });
    }
    this.#outgoingChanged(conversation);
  }

  /** What waits for a conversation that is not mine any more can never be sent. */
  #failOrphans(): void {
    for (const conversation of this.#outbox.ready) {
      if (this.#isMine(conversation)) continue;
      const unsent = this.#outbox.of(conversation).filter((entry) => entry.state === "queued");
      for (const entry of unsent) {
        this.#outbox.change(entry.message_id, { state: "failed", reason: "会话已不在您名下，这条没有发出" });
      }
      this.#outgoingChanged(conversation);
      // The words are said in full, for they may be needed elsewhere, and stay until they have been read.
      const words = unsent.map((entry) => entry.text || "[图片]").join(" / ");
      this.notify(`会话已不在您名下，没有发出：${words}`, "alarm");
    }
  }

  #outgoingChanged(conversation: string): void {
    this.#setView(conversation, { outgoing: this.#outbox.of(conversation) });
  }

  #setView(conversation: string, change: Partial<View>): void {
    this.#views.set(conversation, { ...this.view(conversation), ...change });
    this.changed.view(conversation);
  }

  #publish(change: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed.desk();
  }
}
