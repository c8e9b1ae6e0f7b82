/** The frames of `/ws/seat/audio` (docs/protocol.md), checked once where they come in. */

import { frame, text } from "../../shared/read";

export type ClientFrame =
  | { type: "hello"; csrf: string; conversation: string }
  | { type: "hold"; on: boolean }
  | { type: "hang_up" }
  | { type: "ping" };

export type ServerFrame =
  | { type: "welcome" }
  | { type: "caller"; on: boolean }
  | { type: "held"; on: boolean }
  | { type: "ended" }
  | { type: "error"; text: string }
  | { type: "pong" };

/** Null for what is no frame that we know. */
export function readServerFrame(data: string): ServerFrame | null {
  const raw = frame(data);
  if (raw === null) return null;
  switch (raw["type"]) {
    case "welcome":
    case "ended":
    case "pong":
      return { type: raw["type"] };
    case "caller":
    case "held":
      return { type: raw["type"], on: raw["on"] === true };
    case "error":
      return { type: "error", text: text(raw["text"]) };
    default:
      return null;
  }
}
