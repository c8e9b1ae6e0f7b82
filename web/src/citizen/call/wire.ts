/** The frames of `/ws/call` (docs/protocol.md), checked once where they come in. */

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

const ACTIVITIES: readonly string[] = ["listening", "thinking", "speaking", "waiting", "seat"];

/** Null for what is no frame that we know: newer servers may say more. */
export function readServerFrame(data: string): ServerFrame | null {
  let raw: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null) return null;
    raw = parsed as Record<string, unknown>;
  } catch {
    return null;
  }
  const words = typeof raw["text"] === "string" ? raw["text"] : "";
  switch (raw["type"]) {
    case "welcome":
    case "drop":
    case "pong":
      return { type: raw["type"] };
    case "state": {
      const state = raw["state"];
      return typeof state === "string" && ACTIVITIES.includes(state) ? { type: "state", state: state as Activity } : null;
    }
    case "caption":
      if (raw["from"] === "citizen") return { type: "caption", from: "citizen", text: words, final: raw["final"] === true };
      if (raw["from"] === "hotline") return { type: "caption", from: "hotline", text: words, cut: raw["cut"] === true };
      return null;
    case "muted":
      return { type: "muted", on: raw["on"] === true };
    case "ended":
      return { type: "ended", why: typeof raw["why"] === "string" ? (raw["why"] as EndedBy) : "hotline" };
    case "error":
      return { type: "error", code: String(raw["code"] ?? ""), text: words };
    default:
      return null;
  }
}
