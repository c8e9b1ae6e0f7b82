/** The frames of `/ws/call` (docs/protocol.md), checked once where they come in. */

import { frame, oneOf, text } from "../../shared/read";

export type Activity = "listening" | "thinking" | "speaking" | "waiting" | "seat";
export type EndedBy = "caller" | "hotline" | "idle" | "muted_too_long" | "too_long";

export type ClientFrame =
  | { type: "hello"; conversation: string; token: string }
  | { type: "mute"; on: boolean }
  | { type: "key"; key: string }
  | { type: "hang_up" }
  | { type: "ping" };

export type ServerFrame =
  | { type: "welcome" }
  | { type: "state"; state: Activity }
  | { type: "caption"; from: "citizen"; text: string; final: boolean }
  /** `cut`: only this much of the sentence sounded. */
  | { type: "caption"; from: "hotline"; text: string; cut: boolean }
  | { type: "drop" }
  | { type: "muted"; on: boolean }
  | { type: "ended"; why: EndedBy }
  | { type: "error"; code: string; text: string }
  | { type: "pong" };

const ACTIVITIES = ["listening", "thinking", "speaking", "waiting", "seat"] as const;
const ENDINGS = ["caller", "hotline", "idle", "muted_too_long", "too_long"] as const;

/** Null for what is no frame that we know: newer servers may say more. */
export function readServerFrame(data: string): ServerFrame | null {
  const raw = frame(data);
  if (raw === null) return null;
  const words = text(raw["text"]);
  switch (raw["type"]) {
    case "welcome":
    case "drop":
    case "pong":
      return { type: raw["type"] };
    case "state": {
      const state = ACTIVITIES.find((known) => known === raw["state"]);
      return state === undefined ? null : { type: "state", state };
    }
    case "caption":
      if (raw["from"] === "citizen") return { type: "caption", from: "citizen", text: words, final: raw["final"] === true };
      if (raw["from"] === "hotline") return { type: "caption", from: "hotline", text: words, cut: raw["cut"] === true };
      return null;
    case "muted":
      return { type: "muted", on: raw["on"] === true };
    case "ended":
      return { type: "ended", why: oneOf(raw["why"], ENDINGS, "hotline") };
    case "error":
      return { type: "error", code: text(raw["code"]), text: words };
    default:
      return null;
  }
}
