/** Recordings of a call as the console's HTTP tells them, checked where they come in. Times in seconds of the recording. */

import { figure, list, moment, object, oneOf, text, whole } from "../../shared/read";

export const STATES = ["recording", "complete", "broken", "deleted"] as const;
export type RecordingState = (typeof STATES)[number];

export interface Recording {
  id: string;
  state: RecordingState;
  /** Why it is broken: `crash`, `disk`, `slow`, `encoder`; else empty. */
  trouble: string;
  /** Milliseconds since 1970. */
  began_at: number;
  length_s: number;
  /** When which message began to sound. */
  cues: { seq: number; at_s: number }[];
}

const ID = /^[0-9a-f]{32}$/;

export function readRecordings(raw: unknown): Recording[] {
  return list(object(raw)["recordings"])
    .map((one) => ({
      id: text(one["id"]),
      state: oneOf(one["state"], STATES, "deleted"),
      trouble: text(one["trouble"]),
      began_at: moment(one["began_at"]),
      length_s: Math.max(figure(one["length_s"]), 0),
      cues: list(one["cues"])
        .map((cue) => ({ seq: whole(cue["seq"]), at_s: Math.max(figure(cue["at_s"]), 0) }))
        .filter((cue) => cue.seq > 0),
    }))
    .filter((one) => ID.test(one.id));
}

export const playable = (recording: Recording): boolean =>
  (recording.state === "complete" || recording.state === "broken") && recording.length_s > 0;

const TROUBLES: Record<string, string> = {
  crash: "服务中断",
  disk: "存储空间不足",
  slow: "存储太慢",
  encoder: "编码出错",
};

/** What is to be said of it besides its length; empty for one that is whole. */
export function stateWords(recording: Recording): string {
  if (recording.state === "recording") return "正在录音";
  if (recording.state === "deleted") return "已到期删除";
  if (recording.state === "complete") return "";
  const why = TROUBLES[recording.trouble];
  return why === undefined ? "不完整" : `不完整：${why}`;
}
