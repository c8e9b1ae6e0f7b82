/**
 * One citizen's calls from the page: asks for the microphone, opens the line, carries audio both ways, keeps the
 * captions. No clock, socket or microphone of its own: all come through `CallPorts`.
 *
 * A broken line is not mended by itself: somebody who speaks must know that nobody hears him. The conversation is the
 * chat's, so calling again goes on where the call broke off.
 */

import type { AudioSocket, OpenAudioSocket, OpenVoice, Voice } from "../../shared/audio/ports";
import { VoiceRefused } from "../../shared/audio/ports";
import type { Clock } from "../../shared/ports";
import { type Activity, type ClientFrame, type EndedBy, readServerFrame, type ServerFrame } from "./wire";
import { endedWords, LINE_LOST, MICROPHONE_LOST, NO_ANSWER, OFFLINE, VOICE_WORDS } from "./words";

export interface CallPorts {
  openSocket: OpenAudioSocket;
  openVoice: OpenVoice;
  clock: Clock;
  online(): boolean;
}

export type CallPhase = "idle" | "asking" | "connecting" | "talking" | "ended" | "failed";

export interface CallState {
  phase: CallPhase;
  activity: Activity;
  muted: boolean;
  /** When the call was answered, in ms since 1970; null before. */
  since: number | null;
  /** How long it lasted, in ms, once it is over. */
  lasted: number;
  /** What the caller is saying, or said last; `own_final`: it no longer changes. */
  own: string;
  own_final: boolean;
  /** What sounds, or sounded last. */
  hotline: string;
  /** Whose words are the newest. */
  latest: "own" | "hotline";
  /** How it ended, or what went wrong, in Chinese. */
  words: string;
  /** Loudness of the microphone, from 0 to 1. */
  level: number;
}

/** A caller does not wait longer in silence. */
export const WELCOME_LIMIT_MS = 12_000;
export const PING_EVERY_MS = 10_000;
/** Nothing at all came for so long: the line is dead though the browser has not noticed. */
export const DEAD_AFTER_MS = 25_000;
/** The last words still play after the hotline has hung up. */
export const PLAY_OUT_MS = 600;
/** Two seconds of audio that do not leave: what is spoken now would be heard far too late. */
export const MOST_WAITING_BYTES = 64_000;
const LEVEL_EVERY_MS = 100;

export const IDLE: CallState = {
  phase: "idle",
  activity: "thinking",
  muted: false,
  since: null,
  lasted: 0,
  own: "",
  own_final: true,
  hotline: "",
  latest: "hotline",
  words: "",
  level: 0,
};

export class CallLine {
  #state: CallState = IDLE;
  #socket: AudioSocket | null = null;
  #voice: Voice | null = null;
  /** Bumped with each call, so that what comes late from an old one is recognised. */
  #call = 0;
  #timers = new Map<string, () => void>();
  #lastHeard = 0;
  #levelAt = 0;
  #level = 0;

  /** @param changed called with a new state object after each change */
  constructor(
    private readonly ports: CallPorts,
    private readonly changed: (state: CallState) => void,
  ) {}

  get state(): CallState {
    return this.#state;
  }

  get busy(): boolean {
    return ["asking", "connecting", "talking"].includes(this.#state.phase);
  }

  /** Calls in the chat's conversation. To be called from the tap itself. Does nothing during a call. */
  async start(session: { conversation: string; token: string }): Promise<void> {
    if (this.busy) return;
    const call = (this.#call += 1);
    if (!this.ports.online()) return this.#publish({ ...IDLE, phase: "failed", words: OFFLINE });
    this.#publish({ ...IDLE, phase: "asking" });
    let voice: Voice;
    try {
      voice = await this.ports.openVoice({
        frame: (pcm, level) => this.#speak(call, pcm, level),
        lost: () => this.#fail(call, MICROPHONE_LOST),
      });
    } catch (error) {
      const problem = error instanceof VoiceRefused ? error.problem : "failed";
      return this.#fail(call, VOICE_WORDS[problem]);
    }
    if (call !== this.#call) return voice.close();
    this.#voice = voice;
    this.#publish({ phase: "connecting" });
    this.#arm("welcome", WELCOME_LIMIT_MS, () => this.#fail(call, NO_ANSWER));
    this.#socket = this.ports.openSocket({
      opened: () => this.#write({ type: "hello", ...session }),
      received: (data) => {
        if (call === this.#call) this.#receive(call, readServerFrame(data));
      },
      audio: (pcm) => {
        if (call !== this.#call) return;
        this.#lastHeard = this.ports.clock.now();
        this.#voice?.play(pcm);
      },
      closed: () => {
        // A socket that we closed ourselves is no longer ours.
        if (this.#socket !== null) this.#fail(call, this.#state.phase === "talking" ? LINE_LOST : NO_ANSWER);
      },
    });
  }

  mute(on: boolean): void {
    if (this.#state.phase !== "talking") return;
    this.#voice?.mute(on);
    this.#write({ type: "mute", on });
    this.#publish({ muted: on, level: 0 });
  }

  /** A key of the telephone. */
  press(key: string): void {
    if (this.#state.phase === "talking") this.#write({ type: "key", key });
  }

  hangUp(): void {
    if (!this.busy) return;
    this.#write({ type: "hang_up" });
    this.#end("caller");
  }

  /** Puts away what is left of a call that is over. */
  dismiss(): void {
    if (!this.busy) this.#publish(IDLE);
  }

  networkLost(): void {
    if (this.busy) this.#fail(this.#call, this.#state.phase === "talking" ? LINE_LOST : OFFLINE);
  }

  #speak(call: number, pcm: ArrayBuffer, level: number): void {
    if (call !== this.#call || this.#socket === null || this.#state.phase !== "talking" || this.#state.muted) return;
    if (this.#socket.waiting() < MOST_WAITING_BYTES) this.#socket.sendAudio(pcm);
    this.#level = Math.max(this.#level, level);
    const now = this.ports.clock.now();
    if (now - this.#levelAt < LEVEL_EVERY_MS) return;
    this.#levelAt = now;
    this.#publish({ level: this.#level });
    this.#level = 0;
  }

  #receive(call: number, frame: ServerFrame | null): void {
    this.#lastHeard = this.ports.clock.now();
    switch (frame?.type) {
      case "welcome":
        this.#disarm("welcome");
        this.#armPing(call);
        return this.#publish({ phase: "talking", since: this.ports.clock.now() });
      case "state":
        return this.#publish({ activity: frame.state });
      case "caption":
        if (frame.from === "citizen") return this.#publish({ own: frame.text, own_final: frame.final, latest: "own" });
        // What was cut off is shorter now, not newer.
        if (frame.cut) return this.#publish({ hotline: frame.text === "" ? "" : `${frame.text}…` });
        return this.#publish({ hotline: frame.text, latest: "hotline" });
      case "drop":
        return this.#voice?.drop();
      case "muted":
        return this.#publish({ muted: frame.on });
      case "ended":
        // What was sent before it is still to be heard.
        this.#closeSocket();
        this.#arm("playOut", PLAY_OUT_MS, () => this.#end(frame.why));
        return;
      case "error":
        if (this.#state.phase === "connecting") this.#fail(call, frame.text || NO_ANSWER);
        return;
    }
  }

  #armPing(call: number): void {
    this.#arm("ping", PING_EVERY_MS, () => {
      if (this.ports.clock.now() - this.#lastHeard >= DEAD_AFTER_MS) return this.#fail(call, LINE_LOST);
      this.#write({ type: "ping" });
      this.#armPing(call);
    });
  }

  #fail(call: number, words: string): void {
    if (call !== this.#call || !this.busy) return;
    this.#close();
    this.#publish({ phase: "failed", words, lasted: this.#lasted(), level: 0, muted: false });
  }

  #end(why: EndedBy): void {
    this.#close();
    this.#publish({ phase: "ended", words: endedWords(why), lasted: this.#lasted(), level: 0, muted: false });
  }

  #lasted(): number {
    return this.#state.since === null ? 0 : this.ports.clock.now() - this.#state.since;
  }

  #close(): void {
    this.#call += 1;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#voice?.close();
    this.#voice = null;
    this.#closeSocket();
  }

  #closeSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #write(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #arm(name: string, delayMs: number, act: () => void): void {
    this.#disarm(name);
    const cancel = this.ports.clock.after(delayMs, () => {
      this.#timers.delete(name);
      act();
    });
    this.#timers.set(name, cancel);
  }

  #disarm(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #publish(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed(this.#state);
  }
}
