/** Microphone, loudspeaker and a line that carries audio, so that tests can bring their own. */

import type { Socket, SocketHandlers } from "../ports";

/** Why there is no microphone. */
export type VoiceProblem = "denied" | "missing" | "busy" | "insecure" | "unsupported" | "failed";

export class VoiceRefused extends Error {
  constructor(readonly problem: VoiceProblem) {
    super(problem);
  }
}

export interface VoiceHandlers {
  /** 20 ms of the microphone as PCM; `level` from 0 to 1. Not called while muted. */
  frame(pcm: ArrayBuffer, level: number): void;
  /** The microphone was pulled out or taken away. */
  lost(): void;
  /**
   * The browser has stopped microphone or sound, for a telephone call say, or lets them go on. It tries to go on by
   * itself; where only a tap can bring the sound back, `resume` is for it.
   */
  interrupted(on: boolean): void;
}

export interface Voice {
  /** 20 ms of the other side as PCM. */
  play(pcm: ArrayBuffer): void;
  /** Silence, at once. */
  drop(): void;
  mute(on: boolean): void;
  /** Ends an interruption, if the browser lets us. To be called from the tap itself; does no harm at other times. */
  resume(): void;
  /** Idempotent. */
  close(): void;
}

/** Rejects with VoiceRefused. To be called while the browser still counts it as the user's doing. */
export type OpenVoice = (handlers: VoiceHandlers) => Promise<Voice>;

export interface AudioSocketHandlers extends SocketHandlers {
  audio(pcm: ArrayBuffer): void;
}

export interface AudioSocket extends Socket {
  sendAudio(pcm: ArrayBuffer): void;
  /** Bytes that have not left yet. */
  waiting(): number;
}

export type OpenAudioSocket = (handlers: AudioSocketHandlers) => AudioSocket;
