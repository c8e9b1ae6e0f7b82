/** What `/api/v1/my-orders` answers, checked once where it comes in. */

import { list, moment, object, oneOf, text, texts, whole } from "../shared/read";

export const ACTS = ["remark", "hurry", "withdraw", "rate"] as const;
export type Act = (typeof ACTS)[number];

export interface OrderLine {
  number: string;
  type: string;
  /** Empty of a confidential order. */
  title: string;
  status: string;
  statusLabel: string;
  open: boolean;
  late: boolean;
  confidential: boolean;
  createdAt: number;
  dueAt: number;
}

export interface Dated {
  text: string;
  at: number;
}

export interface OwnOrder extends OrderLine {
  description: string;
  appeal: string;
  place: string;
  department: string;
  phone: string;
  steps: Dated[];
  answer: string;
  remarks: Dated[];
  hurryCount: number;
  /** 1 to 5; null: not rated. */
  rating: number | null;
  may: Act[];
}

function readLine(given: unknown): OrderLine | null {
  const raw = object(given);
  const number = text(raw["number"]);
  if (number === "") return null;
  return {
    number,
    type: text(raw["type"]),
    title: text(raw["title"]),
    status: text(raw["status"]),
    statusLabel: text(raw["status_label"]),
    open: raw["open"] === true,
    late: raw["late"] === true,
    confidential: raw["confidential"] === true,
    createdAt: moment(raw["created_at"]),
    dueAt: moment(raw["due_at"]),
  };
}

export function readLines(given: unknown): OrderLine[] {
  return list(object(given)["orders"])
    .map(readLine)
    .filter((line): line is OrderLine => line !== null);
}

export function readOrder(given: unknown): OwnOrder | null {
  const raw = object(object(given)["order"]);
  const line = readLine(raw);
  if (line === null) return null;
  const rating = whole(raw["rating"]);
  return {
    ...line,
    description: text(raw["description"]),
    appeal: text(raw["appeal"]),
    place: text(raw["place"]),
    department: text(raw["department"]),
    phone: text(raw["phone"]),
    steps: list(raw["steps"]).map((one) => ({ text: text(one["label"]), at: moment(one["at"]) })),
    answer: text(raw["answer"]),
    remarks: list(raw["remarks"]).map((one) => ({ text: text(one["text"]), at: moment(one["at"]) })),
    hurryCount: whole(raw["hurry_count"]),
    rating: rating >= 1 && rating <= 5 ? rating : null,
    may: texts(raw["may"])
      .filter((act) => (ACTS as readonly string[]).includes(act))
      .map((act) => oneOf(act, ACTS, "remark")),
  };
}
