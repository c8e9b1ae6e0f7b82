/**
 * The frames of `/ws/chat`, as docs/protocol.md writes them. Key names are the wire's own (snake_case).
 *
 * What comes from the network is checked here once; past this file every field has its type.
 */

import { frame, isObject, type Json, list, moment, oneOf, text, whole } from "../../shared/read";

export type Sender = "citizen" | "bot" | "seat" | "system";
export type Owner = "BOT" | "WAITING" | "SEAT" | "WRAP_UP" | "CLOSED";
export type MessageKind =
  | "text"
  | "answer"
  | "clarify"
  | "order_draft"
  | "order_card"
  | "emergency"
  | "handoff"
  | "rating"
  | "notice";

export interface QuickReply {
  text: string;
  payload: string | null;
}

export interface OrderDraftField {
  name: string;
  label: string;
  value: string;
}

export interface OrderCard {
  number: string;
  type: string;
  title: string;
  status: string;
  place: string;
  due_at: string;
  phone: string;
  /** Told at registration only; "" on every later card. */
  code: string;
}

export interface AnswerArticle {
  id: string;
  title: string;
  department: string;
  source: string;
  effective_to: string;
}

export interface EmergencyNumber {
  number: string;
  label: string;
}

/** A seat as citizens see it. */
export interface SeatAuthor {
  /** The seat's number (工号), e.g. "1024"; empty if none is shown. */
  badge: string;
}

/** Where the citizen stands in the queue. Minutes; `high_min` 0 when nobody can tell. */
export interface QueuePlace {
  /** 1 is the next to be served. */
  position: number;
  low_min: number;
  high_min: number;
  /** False: nobody who has the skill is at work. */
  skilled: boolean;
}

/** The data of a message's kind; a card that cannot be read becomes `none`, its text still shows. */
export type Card =
  | { kind: "none" }
  | { kind: "order_draft"; fields: OrderDraftField[] }
  | { kind: "order_card"; order: OrderCard }
  | { kind: "answer"; articles: AnswerArticle[] }
  | { kind: "clarify"; articles: { id: string; title: string }[] }
  | { kind: "emergency"; numbers: EmergencyNumber[] }
  | { kind: "rating"; scale: number };

export interface ChatMessage {
  seq: number;
  from: Sender;
  text: string;
  format: "plain" | "markdown";
  kind: MessageKind;
  quick_replies: QuickReply[];
  card: Card;
  message_id: string | null;
  /** Who of the seats wrote it; null for everybody else. */
  author: SeatAuthor | null;
  /** The id of a picture that belongs to the message. */
  picture: string | null;
  /** Time of storing, in milliseconds since 1970; 0 if the server sent none that can be read. */
  at: number;
}

export type ClientFrame =
  | { type: "hello"; conversation: string | null; token: string | null; after: number }
  | { type: "send"; message_id: string; text: string; payload?: string; attachment?: string }
  | { type: "typing"; on: boolean }
  | { type: "take_bot" }
  | { type: "leave" }
  | { type: "rate"; score: number; comment?: string }
  | { type: "ping" };

export type ServerFrame =
  | { type: "welcome"; conversation: string; token: string | null; owner: Owner; last_seq: number; rated: number | null }
  | { type: "message"; message: ChatMessage }
  | { type: "ack"; message_id: string; seq: number }
  | { type: "typing"; from: "bot" | "seat"; on: boolean }
  | { type: "owner"; owner: Owner; epoch: number }
  | { type: "queue"; place: QueuePlace | null }
  | { type: "rated"; score: number }
  | { type: "error"; code: string; text: string; retryable: boolean; message_id: string | null }
  | { type: "pong" };

const SENDERS = ["citizen", "bot", "seat", "system"] as const;
const OWNERS = ["BOT", "WAITING", "SEAT", "WRAP_UP", "CLOSED"] as const;
const KINDS = [
  "text",
  "answer",
  "clarify",
  "order_draft",
  "order_card",
  "emergency",
  "handoff",
  "rating",
  "notice",
] as const;

/** Reads one frame of the server. Returns null for what is no frame of ours (a newer server may send more). */
export function readServerFrame(data: string): ServerFrame | null {
  const raw = frame(data);
  if (raw === null) return null;
  switch (raw["type"]) {
    case "welcome": {
      const conversation = text(raw["conversation"]);
      if (conversation === "") return null;
      const token = text(raw["token"]);
      return {
        type: "welcome",
        conversation,
        token: token === "" ? null : token,
        owner: readOwner(raw["owner"]),
        last_seq: whole(raw["last_seq"]),
        rated: whole(raw["rated"]) || null,
      };
    }
    case "message": {
      const message = readMessage(raw["message"]);
      return message === null ? null : { type: "message", message };
    }
    case "ack":
      return { type: "ack", message_id: text(raw["message_id"]), seq: whole(raw["seq"]) };
    case "typing":
      return { type: "typing", from: raw["from"] === "seat" ? "seat" : "bot", on: raw["on"] === true };
    case "owner":
      return { type: "owner", owner: readOwner(raw["owner"]), epoch: whole(raw["epoch"]) };
    case "queue":
      return { type: "queue", place: readPlace(raw) };
    case "rated":
      return { type: "rated", score: whole(raw["score"]) };
    case "error": {
      const id = text(raw["message_id"]);
      return {
        type: "error",
        code: text(raw["code"]),
        text: text(raw["text"]),
        retryable: raw["retryable"] === true,
        message_id: id === "" ? null : id,
      };
    }
    case "pong":
      return { type: "pong" };
    default:
      return null;
  }
}

/** Reads one message; null without a usable `seq`, because nothing could order or resume it. */
export function readMessage(raw: unknown): ChatMessage | null {
  if (!isObject(raw)) return null;
  const seq = whole(raw["seq"]);
  if (seq < 1) return null;
  const sender = text(raw["from"]);
  const kind = oneOf(raw["kind"], KINDS, "text");
  const id = text(raw["message_id"]);
  return {
    seq,
    from: oneOf(sender, SENDERS, "system"),
    text: text(raw["text"]),
    // Only the bot writes Markdown; anybody else's words are shown exactly as typed.
    format: raw["format"] === "markdown" && sender === "bot" ? "markdown" : "plain",
    kind,
    quick_replies: list(raw["quick_replies"])
      .map((reply) => ({ text: text(reply["text"]), payload: text(reply["payload"]) || null }))
      .filter((reply) => reply.text !== ""),
    card: sender === "citizen" ? { kind: "none" } : readCard(kind, raw["card"]),
    message_id: id === "" ? null : id,
    author: sender === "seat" ? readAuthor(raw["author"]) : null,
    picture: readPicture(raw["attachment"]),
    at: moment(raw["at"]),
  };
}

function readCard(kind: MessageKind, raw: unknown): Card {
  if (kind === "rating") {
    const scale = isObject(raw) ? whole(raw["scale"]) : 0;
    return { kind: "rating", scale: scale >= 2 && scale <= 10 ? scale : 5 };
  }
  if (!isObject(raw)) return { kind: "none" };
  switch (kind) {
    case "order_draft": {
      const fields = list(raw["fields"]).map((f) => ({
        name: text(f["name"]),
        label: text(f["label"]),
        value: text(f["value"]),
      }));
      return { kind: "order_draft", fields };
    }
    case "order_card": {
      const number = text(raw["number"]);
      if (number === "") return { kind: "none" };
      const order: OrderCard = {
        number,
        type: text(raw["type"]),
        title: text(raw["title"]),
        status: text(raw["status"]),
        place: text(raw["place"]),
        due_at: text(raw["due_at"]),
        phone: text(raw["phone"]),
        code: text(raw["code"]),
      };
      return { kind: "order_card", order };
    }
    case "answer": {
      const articles = list(raw["articles"]).map((a) => ({
        id: text(a["id"]),
        title: text(a["title"]),
        department: text(a["department"]),
        source: text(a["source"]),
        effective_to: text(a["effective_to"]),
      }));
      return { kind: "answer", articles };
    }
    case "clarify": {
      const articles = list(raw["articles"])
        .map((a) => ({ id: text(a["id"]), title: text(a["title"]) }))
        .filter((a) => a.title !== "");
      return { kind: "clarify", articles };
    }
    case "emergency": {
      const numbers = list(raw["numbers"])
        .map((n) => ({ number: text(n["number"]), label: text(n["label"]) }))
        // A tel: link dials; only digits may reach it.
        .filter((n) => /^[0-9]{3,12}$/.test(n.number));
      return { kind: "emergency", numbers };
    }
    default:
      return { kind: "none" };
  }
}

function readAuthor(raw: unknown): SeatAuthor | null {
  return isObject(raw) ? { badge: text(raw["badge"]) } : null;
}

/** Pictures are named by their id alone, or by an object that has it. */
function readPicture(raw: unknown): string | null {
  const id = isObject(raw) ? text(raw["id"]) : text(raw);
  // Goes into an address: nothing that could change its path.
  return /^[A-Za-z0-9_.-]{1,200}$/.test(id) && !id.startsWith(".") ? id : null;
}

function readPlace(raw: Json): QueuePlace | null {
  const position = whole(raw["position"]);
  return position < 1 ? null : { position, low_min: whole(raw["low_min"]), high_min: whole(raw["high_min"]), skilled: raw["skilled"] !== false };
}

export function readOwner(raw: unknown): Owner {
  return oneOf(raw, OWNERS, "BOT");
}
