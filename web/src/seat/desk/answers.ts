/** What the console's HTTP calls answer, checked where it comes in. Times in milliseconds since 1970. */

import { readOwner } from "../../citizen/chat/wire";
import { figure, isObject, list, moment, object, oneOf, text, texts, whole } from "../../shared/read";
import { orderStatusLabel, orderTypeLabel } from "./labels";
import { type Item, type Note, type Owner, readAll, readItem, readNote, readSeat, type SeatItem } from "./wire";

export interface HandoffEvent {
  kind: string;
  at: number;
  /** `citizen`, `system` or the id of a user. */
  actor: string;
  note: string;
}

export interface Citizen {
  name: string;
  phone: string;
  /** Whether the number is that of the line; the citizen has not said it. */
  line: boolean;
  address: string;
  area: string;
  tags: string[];
  visits: number;
  first_seen: number;
}

export interface ConversationDetail {
  channel: string;
  /** The number that a caller has dialled. */
  called: string;
  owner: Owner;
  epoch: number;
  last_seq: number;
  created_at: number;
  rating: number;
  history: HandoffEvent[];
  citizen: Citizen;
  notes: Note[];
}

export interface OrderBrief {
  number: string;
  type: string;
  title: string;
  status: string;
  department: string;
  place: string;
  created_at: number;
  due_at: number;
  /** Number of an open order that this one may repeat; "" for none. */
  duplicate_of: string;
}

export interface PastConversation {
  id: string;
  channel: string;
  created_at: number;
  title: string;
  outcome: string;
  seat: string;
}

export type OrderAct = "hurry" | "remark" | "amend" | "withdraw" | "reveal";

/** One whole order. `values` are what may be amended, `facts` what is shown of it in order. */
export interface OrderFull {
  number: string;
  status: string;
  /** Something may still be done with it. */
  open: boolean;
  hurried: number;
  revealed: boolean;
  values: Record<string, string>;
  facts: [label: string, value: string][];
  /** Ids of what the citizen sent with it. */
  pictures: string[];
  remarks: { text: string; at: number }[];
  history: { words: string; at: number }[];
}

export interface Finished {
  orders: OrderBrief[];
  conversations: { id: string; channel: string; title: string; outcome: string; ended_at: number }[];
}

export interface Past {
  conversations: PastConversation[];
  orders: OrderBrief[];
}

export type FieldKind = "text" | "textarea" | "choice" | "phone" | "bool" | "time" | "category" | "place";
/** `line`: told by the telephone line or the channel's account. Empty: nobody has said anything. */
export type FieldOrigin = "citizen" | "rule" | "classifier" | "line" | "seat" | "";

export interface FieldOption {
  value: string;
  label: string;
  /** Of a category: who handles it; empty if the server does not say. */
  department: string;
}

/** One field of the work order as the conversation filled it. `turn` is the `seq` of its message, 0 for none. */
export interface DraftField {
  name: string;
  label: string;
  value: string;
  kind: FieldKind;
  options: FieldOption[];
  required: boolean;
  confidence: number;
  origin: FieldOrigin;
  turn: number;
  span: readonly [number, number] | null;
  problem: string;
}

export interface Category {
  code: string;
  path: string[];
  department: string;
  /** How sure the classifier is, 0 to 1; 0 where it was not asked. */
  confidence: number;
}

export interface OrderDraft {
  draft_id: string;
  fields: DraftField[];
  /** Orders of this conversation, by the bot or a seat; newest last. */
  registered: OrderBrief[];
  duplicates: OrderBrief[];
  suggested: Category[];
  /** Another's conversation: what the citizen said of himself is covered. */
  masked: boolean;
}

export interface CannedReply {
  id: string;
  group: string;
  keys: string[];
  text: string;
}

export interface Directory {
  skills: { code: string; label: string }[];
  seats: SeatItem[];
}

export interface Share {
  within: number;
  total: number;
  target_s: number;
}

export interface Overview {
  call: Share;
  text: Share;
  waiting: number;
  longest_wait_s: number;
  handoffs: number;
  served: number;
  abandoned: number;
  callbacks_open: number;
  handling_s: number;
  wrap_up_s: number;
  reasons: { reason: string; label: string; count: number }[];
  hours: { hour: string; requested: number; accepted: number; within: number }[];
  seats: SeatItem[];
  queue: Item[];
  serving: Item[];
}

const KINDS = ["text", "textarea", "choice", "phone", "bool", "time", "category", "place"] as const;
const ORIGINS = ["citizen", "rule", "classifier", "line", "seat", ""] as const;

export function readDetail(given: unknown): ConversationDetail {
  const raw = object(given);
  const conversation = object(raw["conversation"]);
  const rating = conversation["rating"];
  const citizen = object(raw["citizen"]);
  return {
    channel: text(conversation["channel"]),
    called: text(conversation["called"]),
    owner: readOwner(conversation["owner"]),
    epoch: whole(conversation["epoch"]),
    last_seq: whole(conversation["last_seq"]),
    created_at: moment(conversation["created_at"]),
    rating: isObject(rating) ? whole(rating["score"]) : whole(rating),
    history: list(raw["history"]).map((event) => ({
      kind: text(event["kind"]),
      at: moment(event["at"]),
      actor: text(event["actor"]),
      note: text(object(event["detail"])["note"]),
    })),
    citizen: {
      name: text(citizen["name"]),
      phone: text(citizen["phone"]),
      line: citizen["phone_origin"] === "line",
      address: text(citizen["address"]),
      area: text(citizen["area"]),
      tags: texts(citizen["tags"]),
      visits: whole(citizen["visits"]),
      first_seen: moment(citizen["first_seen"]),
    },
    notes: readAll(raw["notes"], (note) => readNote(note)),
  };
}

export function readOrder(given: unknown): OrderBrief | null {
  const raw = object(given);
  const number = text(raw["number"]);
  if (number === "") return null;
  return {
    number,
    type: orderTypeLabel(text(raw["type"])),
    title: text(raw["title"]),
    status: orderStatusLabel(text(raw["status"])),
    department: text(raw["department"]),
    place: text(raw["place"]) || text(raw["district"]) + text(raw["street"]),
    created_at: moment(raw["created_at"]),
    due_at: moment(raw["due_at"]),
    duplicate_of: text(raw["duplicate_of"]),
  };
}

const OPEN = new Set(["accepted", "dispatched", "processing"]);
const JOURNAL: Record<string, string> = { created: "登记", remark: "补充", hurried: "催办", revealed: "查看原文", secret: "要求保密", amended: "修改", rated: "市民评价" };

export function readOrderFull(given: unknown): OrderFull | null {
  const raw = object(given);
  const number = text(raw["number"]);
  if (number === "") return null;
  const place = ["district", "street", "community", "place_detail"].map((name) => text(raw[name])).join("");
  const values: Record<string, string> = { place };
  for (const name of ["title", "description", "appeal", "event_time", "subject", "department", "callback_phone"]) values[name] = text(raw[name]);
  const path = Array.isArray(raw["category_path"]) ? texts(raw["category_path"]).join(" / ") : "";
  return {
    number,
    status: orderStatusLabel(text(raw["status"])),
    open: OPEN.has(text(raw["status"])),
    hurried: whole(raw["hurry_count"]),
    revealed: raw["revealed"] === true,
    pictures: (Array.isArray(raw["pictures"]) ? raw["pictures"] : []).map((one) => text(object(one)["id"])).filter((id) => id !== ""),
    values,
    facts: [
      ["诉求类型", orderTypeLabel(text(raw["type"]))],
      ["标题", values["title"] ?? ""],
      ["反映内容", values["description"] ?? ""],
      ["市民诉求", values["appeal"] ?? ""],
      ["发生地点", place],
      ["发生时间", values["event_time"] ?? ""],
      ["涉及对象", values["subject"] ?? ""],
      ["诉求分类", path],
      ["承办单位", values["department"] ?? ""],
      ["来电人", text(raw["caller"])],
      ["联系电话", text(raw["phone"])],
      ["回访电话", values["callback_phone"] ?? ""],
    ],
    remarks: list(raw["remarks"]).map((one) => ({ text: text(one["text"]), at: moment(one["at"]) })),
    history: list(raw["history"]).map((one) => ({ at: moment(one["at"]), words: journalWords(one) })),
  };
}

function journalWords(one: Record<string, unknown>): string {
  const kind = text(one["kind"]);
  const what = kind === "status" ? orderStatusLabel(text(one["to"])) : (JOURNAL[kind] ?? kind);
  const note = kind === "hurried" ? "" : text(one["note"]);
  return note === "" ? what : `${what}：${note}`;
}

export function readFinished(given: unknown): Finished {
  const raw = object(given);
  return {
    orders: readAll(raw["orders"], readOrder),
    conversations: list(raw["conversations"]).map((one) => ({
      id: text(one["id"]),
      channel: text(one["channel"]),
      title: text(one["title"]),
      outcome: text(one["outcome"]),
      ended_at: moment(one["ended_at"]),
    })),
  };
}

/** `seq` 0: kept beside the messages. */
export interface SummaryLine {
  seq: number;
  text: string;
}

export interface Summary {
  messages: number;
  danger: string;
  matter: string;
  place: string;
  asked: SummaryLine[];
  promised: SummaryLine[];
}

export function readSummary(given: unknown): Summary {
  const raw = object(given);
  const lines = (of: unknown): SummaryLine[] => list(of).map((one) => ({ seq: whole(one["seq"]), text: text(one["text"]) }));
  return {
    messages: whole(raw["messages"]),
    danger: text(raw["danger"]),
    matter: text(raw["matter"]),
    place: text(raw["place"]),
    asked: lines(raw["asked"]),
    promised: lines(raw["promised"]),
  };
}

export function readPast(given: unknown): Past {
  const raw = object(given);
  return {
    conversations: list(raw["conversations"]).map((one) => ({
      id: text(one["id"]),
      channel: text(one["channel"]),
      created_at: moment(one["created_at"]),
      title: text(one["title"]),
      outcome: text(one["outcome"]),
      seat: text(one["seat"]),
    })),
    orders: readAll(raw["orders"], readOrder),
  };
}

export function readDraft(given: unknown): OrderDraft {
  const raw = object(given);
  return {
    draft_id: text(raw["draft_id"]),
    fields: list(raw["fields"]).map(readField).filter((field) => field.name !== ""),
    registered: readAll(raw["registered"], readOrder),
    duplicates: readAll(raw["duplicates"], readOrder),
    suggested: readAll(raw["suggested_category"], readCategory),
    masked: raw["masked"] === true,
  };
}

function readField(raw: Record<string, unknown>): DraftField {
  const span = raw["span"];
  const value = raw["value"];
  return {
    name: text(raw["name"]),
    label: text(raw["label"]) || text(raw["name"]),
    value: typeof value === "boolean" ? (value ? "true" : "") : text(value),
    kind: oneOf(raw["kind"], KINDS, "text"),
    options: Array.isArray(raw["options"]) ? raw["options"].map(readOption) : [],
    required: raw["required"] === true,
    confidence: Math.min(1, Math.max(0, figure(raw["confidence"], 1))),
    origin: oneOf(raw["origin"], ORIGINS, ""),
    turn: whole(raw["turn"]),
    span:
      Array.isArray(span) && typeof span[0] === "number" && typeof span[1] === "number" && span[1] > span[0]
        ? [span[0], span[1]]
        : null,
    problem: text(raw["problem"]),
  };
}

/** An option is a word, or a value with its label. */
function readOption(raw: unknown): FieldOption {
  if (!isObject(raw)) return { value: text(raw), label: text(raw), department: "" };
  const value = text(raw["value"]) || text(raw["code"]);
  return { value, label: text(raw["label"]) || value, department: text(raw["department"]) };
}

export function readCategory(given: unknown): Category | null {
  const raw = object(given);
  const code = text(raw["code"]);
  const path = texts(raw["path"]);
  if (code === "" || path.length === 0) return null;
  return { code, path, department: text(raw["department"]), confidence: figure(raw["confidence"]) };
}

export function readCanned(given: unknown): CannedReply[] {
  return list(object(given)["replies"])
    .map((one) => ({
      id: text(one["id"]),
      group: text(one["group"]),
      keys: Array.isArray(one["keys"]) ? texts(one["keys"]) : text(one["keys"]).split(/[\s,]+/).filter(Boolean),
      text: text(one["text"]),
    }))
    .filter((one) => one.text !== "");
}

export function readDirectory(given: unknown): Directory {
  const raw = object(given);
  return {
    skills: list(raw["skills"])
      .map((one) => ({ code: text(one["code"]), label: text(one["label"]) || text(one["code"]) }))
      .filter((one) => one.code !== ""),
    seats: readAll(raw["seats"], readSeat),
  };
}

function readShare(given: unknown, target: number): Share {
  const raw = object(given);
  return { within: whole(raw["within"]), total: whole(raw["total"]), target_s: whole(raw["target_s"]) || target };
}

/** What leads see of everybody's work today. */
export function readOverview(given: unknown): Overview {
  const raw = object(given);
  const level = object(raw["service_level"]);
  const waiting = object(raw["waiting"]);
  const today = object(raw["today"]);
  return {
    call: readShare(level["call"], 15),
    text: readShare(level["text"], 180),
    waiting: whole(waiting["now"]),
    longest_wait_s: whole(waiting["longest_s"]),
    handoffs: whole(today["handoffs"]),
    served: whole(today["served"]),
    abandoned: whole(today["abandoned"]),
    callbacks_open: whole(today["callbacks_open"]),
    handling_s: whole(today["handling_s"]),
    wrap_up_s: whole(today["wrap_up_s"]),
    reasons: list(raw["reasons"]).map((one) => ({
      reason: text(one["reason"]),
      label: text(one["label"]) || text(one["reason"]),
      count: whole(one["count"]),
    })),
    hours: list(raw["hours"]).map((one) => ({
      hour: text(one["hour"]),
      requested: whole(one["requested"]),
      accepted: whole(one["accepted"]),
      within: whole(one["within"]),
    })),
    seats: readAll(raw["seats"], readSeat),
    queue: readAll(raw["queue"], readItem),
    serving: readAll(raw["serving"], readItem),
  };
}
