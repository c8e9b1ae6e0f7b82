/**
 * The frames of `/ws/seat`, as docs/protocol.md writes them. Key names are the wire's own (snake_case).
 *
 * What comes from the network is checked here once; past this file every field has its type.
 */

import { type ChatMessage, type Owner, readMessage, readOwner } from "../../citizen/chat/wire";
import { figure, frame, isObject, type Json, list, moment, object, oneOf, text, texts, whole } from "../../shared/read";

export type { Owner };

export type Role = "seat" | "lead" | "ops" | "admin";
export type SeatStatus = "ready" | "busy" | "pause" | "offline";
export type ItemState = "waiting" | "offered" | "serving" | "wrap_up";

export interface User {
  id: string;
  username: string;
  display_name: string;
  badge: string;
  role: Role;
  /** What the gateway lets this user do; the page shows nothing else. */
  rights: string[];
  skills: string[];
  capacity: number;
}

export interface Emotion {
  label: string;
  score: number;
}

export interface LastLine {
  from: string;
  text: string;
  at: number;
  seq: number;
}

/** One conversation as the lists show it. Times in milliseconds since 1970. */
export interface Item {
  conversation: string;
  handoff: string;
  state: ItemState;
  reason: string;
  reason_text: string;
  priority: number;
  skill: string;
  since: number;
  accepted_at: number;
  waited_s: number;
  seat: string;
  channel: string;
  emotion: Emotion;
  title: string;
  /** What the bot or an earlier seat wrote for whoever takes it, masked. */
  note: string;
  /** The citizen's last words, masked. */
  said: string;
  last: LastLine;
  unread: number;
  requeued: number;
  vulnerable: string[];
  epoch: number;
}

export interface SeatItem {
  id: string;
  display_name: string;
  badge: string;
  role: Role;
  status: SeatStatus;
  reason: string;
  since: number;
  skills: string[];
  load: number;
  capacity: number;
}

export interface Attachment {
  id: string;
  name: string;
}

export interface Voice {
  id: string;
  seconds: number;
}

export interface Author {
  id: string;
  display_name: string;
  badge: string;
}

/** A message as seats see it: with who wrote it and what hangs on it. */
export interface DeskMessage extends ChatMessage {
  author: Author | null;
  attachment: Attachment | null;
  /** A voice message that can be listened to. */
  voice: Voice | null;
  /** Spoken in a call and cut off: what of it the caller heard, maybe nothing. Null: all of it, or it was not spoken. */
  heard: string | null;
  /** Another's conversation: personal data in it are covered until they are asked for. */
  masked: boolean;
}

export interface Note {
  id: string;
  conversation: string;
  at: number;
  author: string;
  author_name: string;
  kind: "note" | "whisper";
  text: string;
}

export interface KnowledgeHit {
  id: string;
  title: string;
  score: number;
  department: string;
  /** The short spoken form; what "insert" puts into the input. */
  speech: string;
  text: string;
  source: string;
  effective_to: string;
}

export interface Callback {
  id: string;
  conversation: string;
  phone: string;
  wish: string;
  note: string;
  state: "open" | "taken" | "done" | "failed";
  created_at: number;
  due_at: number;
  seat: string;
  result: string;
}

export type ClientFrame =
  | { type: "hello"; csrf: string; tab: string }
  | { type: "heartbeat" }
  | { type: "status"; status: SeatStatus; reason?: string }
  | { type: "accept"; handoff: string }
  | { type: "decline"; handoff: string; reason?: string }
  | { type: "open"; conversation: string; after: number }
  | { type: "close_view"; conversation: string }
  | { type: "send"; conversation: string; epoch: number; message_id: string; text: string; attachment?: string }
  | { type: "typing"; conversation: string; on: boolean }
  | { type: "whisper"; conversation: string; text: string }
  | { type: "transfer"; conversation: string; epoch: number; skill?: string; seat?: string; note: string }
  | { type: "pull_in"; conversation: string; lead?: string }
  | { type: "call_in"; conversation: string; epoch: number; skill?: string; seat?: string; note: string }
  | { type: "join" | "refuse"; conversation: string; invitation: string }
  | { type: "leave_call"; conversation: string }
  | { type: "take_over"; conversation: string; epoch: number }
  | { type: "to_bot"; conversation: string; epoch: number; note?: string }
  | { type: "end"; conversation: string; epoch: number }
  | { type: "wrap"; conversation: string; outcome: string; tags: string[]; note?: string; phone?: string; wish?: string };

/** A call that is promised in the wrap-up: another number than the one that is known, and when. */
export interface PromisedCall {
  phone: string;
  wish: string;
}

export interface DeskSettings {
  offer_s: number;
  heartbeat_s: number;
  lost_s: number;
}

/** What may still be sent to a citizen on WeChat. */
export interface SendWindow {
  /** How many messages WeChat takes. */
  left: number;
  /** Until when, in milliseconds since 1970; 0: none before the citizen writes again. */
  until: number;
  /** Everything up to this number is with the citizen. */
  delivered: number;
}

/** Who is called into a talk beside its owner, or is in it. */
export interface Third {
  state: "asked" | "in";
  invitation: string;
  /** Who is in; null while nobody has come. */
  seat: Author | null;
  asked: Author[];
  /** Who has called him in. */
  from: Author;
}

/** What a caller speaks into. */
export type CallLine = "phone" | "browser";

export type ServerFrame =
  | { type: "welcome"; user: User; status: SeatStatus; server_time: number; settings: DeskSettings }
  | { type: "desk"; mine: Item[]; queue: Item[]; seats: SeatItem[] }
  | { type: "item"; item: Item }
  | { type: "item_gone"; conversation: string }
  | { type: "offer"; item: Item; until: number }
  | { type: "offer_gone"; handoff: string; why: string }
  | { type: "message"; conversation: string; message: DeskMessage }
  | { type: "window"; conversation: string; window: SendWindow }
  | { type: "heard"; conversation: string; seq: number; text: string }
  | { type: "typing"; conversation: string; from: "citizen" | "seat" | "bot"; on: boolean }
  /** The citizen is on the line; said again every few seconds. */
  | { type: "call"; conversation: string; on: boolean; line: CallLine }
  /** Another seat asks this one into his talk. */
  | { type: "invited"; item: Item; invitation: string; from: Author; note: string; until: number }
  | { type: "invitation_gone"; invitation: string; why: string }
  | { type: "third"; conversation: string; third: Third | null; why: string }
  /** What the caller is just saying; final: its message follows. */
  | { type: "caption"; conversation: string; text: string; final: boolean }
  | { type: "owner"; conversation: string; owner: Owner; epoch: number; seat: string }
  | { type: "seat"; seat: SeatItem }
  | { type: "note" | "whisper"; conversation: string; note: Note }
  | { type: "knowledge"; conversation: string; query: string; hits: KnowledgeHit[] }
  | { type: "alert"; kind: string; text: string; item: Item }
  | { type: "callback"; callback: Callback }
  | { type: "done"; id: string }
  | { type: "error"; id: string; code: string; text: string; retryable: boolean }
  | { type: "pong" };

const PICTURE_WORDS = "[图片]";
const ROLES = ["seat", "lead", "ops", "admin"] as const;
const STATUSES = ["ready", "busy", "pause", "offline"] as const;
const ITEM_STATES = ["waiting", "offered", "serving", "wrap_up"] as const;
const CALLBACK_STATES = ["open", "taken", "done", "failed"] as const;

/** Reads one frame of the server. Returns null for what is no frame of ours (a newer server may send more). */
export function readServerFrame(data: string): ServerFrame | null {
  const raw = frame(data);
  if (raw === null) return null;
  const conversation = text(raw["conversation"]);
  switch (raw["type"]) {
    case "welcome": {
      const user = readUser(raw["user"]);
      if (user === null) return null;
      const settings = object(raw["settings"]);
      return {
        type: "welcome",
        user,
        status: oneOf(raw["status"], STATUSES, "offline"),
        server_time: moment(raw["server_time"]),
        settings: {
          offer_s: whole(settings["offer_s"]) || 20,
          heartbeat_s: whole(settings["heartbeat_s"]) || 5,
          lost_s: whole(settings["lost_s"]) || 20,
        },
      };
    }
    case "desk":
      return {
        type: "desk",
        mine: readAll(raw["mine"], readItem),
        queue: readAll(raw["queue"], readItem),
        seats: readAll(raw["seats"], readSeat),
      };
    case "item": {
      const item = readItem(raw["item"]);
      return item === null ? null : { type: "item", item };
    }
    case "item_gone":
      return { type: "item_gone", conversation };
    case "offer": {
      const item = readItem(raw["item"]);
      return item === null ? null : { type: "offer", item, until: moment(raw["until"]) };
    }
    case "offer_gone":
      return { type: "offer_gone", handoff: text(raw["handoff"]), why: text(raw["why"]) };
    case "message": {
      const message = readDeskMessage(raw["message"]);
      return message === null || conversation === "" ? null : { type: "message", conversation, message };
    }
    case "call":
      return { type: "call", conversation, on: raw["on"] === true, line: oneOf(raw["line"], ["phone", "browser"] as const, "phone") };
    case "invited": {
      const item = readItem(raw["item"]);
      if (item === null) return null;
      const invitation = text(raw["invitation"]);
      return { type: "invited", item, invitation, from: readAuthor(raw["from"]), note: text(raw["note"]), until: moment(raw["until"]) };
    }
    case "invitation_gone":
      return { type: "invitation_gone", invitation: text(raw["invitation"]), why: text(raw["why"]) };
    case "third":
      return { type: "third", conversation, third: readThird(raw), why: text(raw["why"]) };
    case "caption":
      return { type: "caption", conversation, text: text(raw["text"]), final: raw["final"] === true };
    case "window":
      return {
        type: "window",
        conversation,
        window: { left: whole(raw["left"]), until: moment(raw["until"]), delivered: whole(raw["delivered"]) },
      };
    case "heard":
      return { type: "heard", conversation, seq: whole(raw["seq"]), text: text(raw["text"]) };
    case "typing":
      return {
        type: "typing",
        conversation,
        from: oneOf(raw["from"], ["citizen", "seat", "bot"] as const, "citizen"),
        on: raw["on"] === true,
      };
    case "owner":
      return {
        type: "owner",
        conversation,
        owner: readOwner(raw["owner"]),
        epoch: whole(raw["epoch"]),
        seat: seatId(raw["seat"]),
      };
    case "seat": {
      const seat = readSeat(raw["seat"]);
      return seat === null ? null : { type: "seat", seat };
    }
    case "note":
    case "whisper": {
      const note = readNote(raw["note"], conversation);
      return note === null ? null : { type: raw["type"], conversation: note.conversation, note };
    }
    case "knowledge":
      return { type: "knowledge", conversation, query: text(raw["query"]), hits: readAll(raw["hits"], readHit) };
    case "alert": {
      const item = readItem(raw["item"]);
      return item === null ? null : { type: "alert", kind: text(raw["kind"]), text: text(raw["text"]), item };
    }
    case "callback": {
      const callback = readCallback(raw["callback"]);
      return callback === null ? null : { type: "callback", callback };
    }
    case "done":
      return { type: "done", id: text(raw["id"]) };
    case "error":
      return {
        type: "error",
        id: text(raw["id"]) || text(raw["message_id"]),
        code: text(raw["code"]),
        text: text(raw["text"]),
        retryable: raw["retryable"] === true,
      };
    case "pong":
      return { type: "pong" };
    default:
      return null;
  }
}

function readAuthor(given: unknown): Author {
  const raw = object(given);
  return { id: text(raw["id"]), display_name: text(raw["display_name"]), badge: text(raw["badge"]) };
}

/** Null where nobody is asked or in. */
function readThird(raw: Json): Third | null {
  const state = raw["state"];
  if (state !== "asked" && state !== "in") return null;
  return {
    state,
    invitation: text(raw["invitation"]),
    seat: isObject(raw["seat"]) ? readAuthor(raw["seat"]) : null,
    asked: list(raw["asked"]).map(readAuthor),
    from: readAuthor(raw["from"]),
  };
}

export function readAll<T>(raw: unknown, read: (one: Json) => T | null): T[] {
  return list(raw)
    .map(read)
    .filter((one): one is T => one !== null);
}

export function readUser(given: unknown): User | null {
  const raw = object(given);
  const id = text(raw["id"]);
  if (id === "") return null;
  return {
    id,
    username: text(raw["username"]),
    display_name: text(raw["display_name"]) || text(raw["username"]),
    badge: text(raw["badge"]),
    role: oneOf(raw["role"], ROLES, "seat"),
    rights: texts(raw["rights"]),
    skills: texts(raw["skills"]),
    capacity: whole(raw["capacity"]) || 5,
  };
}

export function readItem(given: unknown): Item | null {
  const raw = object(given);
  const conversation = text(raw["conversation"]);
  if (conversation === "") return null;
  const emotion = object(raw["emotion"]);
  const last = object(raw["last"]);
  return {
    conversation,
    handoff: text(raw["handoff"]),
    state: oneOf(raw["state"], ITEM_STATES, "waiting"),
    reason: text(raw["reason"]),
    reason_text: text(raw["reason_text"]),
    priority: whole(raw["priority"]),
    skill: text(raw["skill"]),
    since: moment(raw["since"]),
    accepted_at: moment(raw["accepted_at"]),
    waited_s: whole(raw["waited_s"]),
    seat: seatId(raw["seat"]),
    channel: text(raw["channel"]),
    emotion: { label: text(emotion["label"]), score: figure(emotion["score"]) },
    title: text(raw["title"]),
    note: text(raw["note"]),
    said: text(raw["said"]),
    last: { from: text(last["from"]), text: text(last["text"]), at: moment(last["at"]), seq: whole(last["seq"]) },
    unread: whole(raw["unread"]),
    requeued: whole(raw["requeued"]),
    vulnerable: texts(raw["vulnerable"]),
    epoch: whole(raw["epoch"]),
  };
}

/** A seat is named by its id, or by an object that has one. */
function seatId(raw: unknown): string {
  return isObject(raw) ? text(raw["id"]) : text(raw);
}

export function readSeat(given: unknown): SeatItem | null {
  const raw = object(given);
  const id = text(raw["id"]);
  if (id === "") return null;
  return {
    id,
    display_name: text(raw["display_name"]) || id,
    badge: text(raw["badge"]),
    role: oneOf(raw["role"], ROLES, "seat"),
    status: oneOf(raw["status"], STATUSES, "offline"),
    reason: text(raw["reason"]),
    since: moment(raw["since"]),
    skills: texts(raw["skills"]),
    load: whole(raw["load"]),
    capacity: whole(raw["capacity"]),
  };
}

/** Reads one message; null without a usable `seq`. */
export function readDeskMessage(given: unknown): DeskMessage | null {
  const message = readMessage(given);
  if (message === null) return null;
  const raw = object(given);
  const author = object(raw["author"]);
  const attachment = readAttachment(raw["attachment"]);
  return {
    ...message,
    // What stands in for a picture where only words can be shown.
    text: attachment !== null && message.text === PICTURE_WORDS ? "" : message.text,
    author:
      Object.keys(author).length === 0
        ? null
        : { id: text(author["id"]), display_name: text(author["display_name"]), badge: text(author["badge"]) },
    attachment,
    voice: readVoice(object(raw["card"])["voice"]),
    heard: typeof raw["heard"] === "string" ? raw["heard"] : null,
    masked: raw["masked"] === true,
  };
}

/** An attachment is its id, or an object with one. */
export function readAttachment(raw: unknown): Attachment | null {
  const id = isObject(raw) ? text(raw["id"]) : text(raw);
  if (!/^[\w.-]{1,120}$/.test(id)) return null;
  return { id, name: isObject(raw) ? text(raw["name"]) : "" };
}

function readVoice(raw: unknown): Voice | null {
  const attachment = readAttachment(raw);
  return attachment === null || !isObject(raw) ? null : { id: attachment.id, seconds: whole(raw["seconds"]) };
}

export function readNote(given: unknown, conversation = ""): Note | null {
  const raw = object(given);
  const id = text(raw["id"]);
  if (id === "") return null;
  const author = raw["author"];
  return {
    id,
    conversation: text(raw["conversation_id"]) || text(raw["conversation"]) || conversation,
    at: moment(raw["at"]),
    author: isObject(author) ? text(author["id"]) : text(author),
    author_name: isObject(author) ? text(author["display_name"]) : text(raw["author_name"]),
    kind: raw["kind"] === "whisper" ? "whisper" : "note",
    text: text(raw["text"]),
  };
}

export function readHit(given: unknown): KnowledgeHit | null {
  const raw = object(given);
  const id = text(raw["id"]);
  if (id === "") return null;
  return {
    id,
    title: text(raw["title"]),
    score: figure(raw["score"]),
    department: text(raw["department"]),
    speech: text(raw["speech"]),
    text: text(raw["text"]),
    source: text(raw["source"]),
    effective_to: text(raw["effective_to"]),
  };
}

export function readCallback(given: unknown): Callback | null {
  const raw = object(given);
  const id = text(raw["id"]);
  if (id === "") return null;
  return {
    id,
    conversation: text(raw["conversation_id"]) || text(raw["conversation"]),
    phone: text(raw["phone"]),
    wish: text(raw["wish"]),
    note: text(raw["note"]),
    state: oneOf(raw["state"], CALLBACK_STATES, "open"),
    created_at: moment(raw["created_at"]),
    due_at: moment(raw["due_at"]),
    seat: text(raw["seat_id"]) || text(raw["seat"]),
    result: text(raw["result"]),
  };
}
