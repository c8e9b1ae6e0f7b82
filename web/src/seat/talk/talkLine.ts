/**
 * The seat's voice in one conversation at a time: microphone, line, mute, hold, hanging up. No clock, socket or
 * microphone of its own: all come through `TalkPorts`.
 */

import { type AudioSocket, type OpenAudioSocket, type OpenVoice, type Voice, type VoiceProblem, VoiceRefused } from "../../shared/audio/ports";
import type { Clock } from "../../shared/ports";
import { type ClientFrame, readServerFrame, type ServerFrame } from "./wire";

export interface TalkPorts {
  openSocket: OpenAudioSocket;
  openVoice: OpenVoice;
  clock: Clock;
}

export type TalkPhase = "idle" | "asking" | "connecting" | "on" | "failed";

export interface TalkState {
  phase: TalkPhase;
  /** Of the talk, or of the one that failed. */
  conversation: string | null;
  /** The citizen hears us; false while he is not, or no longer, on the line. */
  caller: boolean;
  muted: boolean;
  held: boolean;
  /** When it began, in ms since 1970. */
  since: number | null;
  /** What went wrong, in Chinese. */
  words: string;
  /** Loudness of the microphone, from 0 to 1. */
  level: number;
}

export const WELCOME_LIMIT_MS = 10_000;
export const PING_EVERY_MS = 10_000;
export const DEAD_AFTER_MS = 25_000;
/** Two seconds of audio that do not leave. */
export const MOST_WAITING_BYTES = 64_000;
const LEVEL_EVERY_MS = 100;

export const LOST = "语音断开了，请再接通一次";
export const NO_ANSWER = "语音没有接通，请再试一次";
export const MICROPHONE_LOST = "麦克风断开了，请检查后再接通";
export const VOICE_WORDS: Record<VoiceProblem, string> = {
  denied: "没有麦克风权限，请在地址栏旁允许本站使用麦克风",
  missing: "没有找到麦克风，请接上耳麦",
  busy: "麦克风正被其他程序使用",
  insecure: "这个网址不是安全连接，浏览器不允许使用麦克风，请用 https 打开工作台",
  unsupported: "浏览器太旧，不支持语音，请更新",
  failed: "麦克风没能打开，请再试一次",
};

const IDLE: TalkState = {
  phase: "idle",
  conversation: null,
  caller: false,
  muted: false,
  held: false,
  since: null,
  words: "",
  level: 0,
};

export class TalkLine {
  #state: TalkState = IDLE;
  #socket: AudioSocket | null = null;
  #voice: Voice | null = null;
  /** Bumped with each talk, so that what comes late from an old one is recognised. */
  #talk = 0;
  #timers = new Map<string, () => void>();
  #lastHeard = 0;
  #levelAt = 0;
  #level = 0;

  constructor(
    private readonly ports: TalkPorts,
    private readonly csrf: () => string,
    private readonly changed: (state: TalkState) => void,
  ) {}

  get state(): TalkState {
    return this.#state;
  }

  get busy(): boolean {
    return this.#state.phase !== "idle" && this.#state.phase !== "failed";
  }

  /** Talks in this conversation; a talk in another one ends. To be called from the click or key itself. */
  async start(conversation: string): Promise<void> {
    if (this.busy && this.#state.conversation === conversation) return;
    this.stop();
    const talk = (this.#talk += 1);
    this.#publish({ ...IDLE, phase: "asking", conversation });
    let voice: Voice;
    try {
      voice = await this.ports.openVoice({
        frame: (pcm, level) => this.#speak(talk, pcm, level),
        lost: () => this.#fail(talk, MICROPHONE_LOST),
      });
    } catch (error) {
      return this.#fail(talk, VOICE_WORDS[error instanceof VoiceRefused ? error.problem : "failed"]);
    }
    if (talk !== this.#talk) return voice.close();
    this.#voice = voice;
    this.#publish({ phase: "connecting" });
    this.#arm("welcome", WELCOME_LIMIT_MS, () => this.#fail(talk, NO_ANSWER));
    this.#socket = this.ports.openSocket({
      opened: () => this.#write({ type: "hello", csrf: this.csrf(), conversation }),
      received: (data) => {
        if (talk === this.#talk) this.#receive(talk, readServerFrame(data));
      },
      audio: (pcm) => {
        if (talk !== this.#talk) return;
        this.#lastHeard = this.ports.clock.now();
        this.#voice?.play(pcm);
      },
      closed: () => {
        // A socket that we closed ourselves is no longer ours.
        if (this.#socket !== null) this.#fail(talk, this.#state.phase === "on" ? LOST : NO_ANSWER);
      },
    });
  }

  mute(on: boolean): void {
    if (this.#state.phase !== "on") return;
    this.#voice?.mute(on);
    this.#publish({ muted: on, level: 0 });
  }

  /** The citizen hears a tone and neither side the other. */
  hold(on: boolean): void {
    if (this.#state.phase === "on") this.#write({ type: "hold", on });
  }

  /** Ends the citizen's call, and so the talk. The conversation goes on in writing. */
  hangUp(): void {
    if (this.#state.phase !== "on") return;
    this.#write({ type: "hang_up" });
    this.stop();
  }

  /** Ends only our part: the citizen stays on the line. */
  stop(): void {
    this.#close();
    if (this.#state.phase !== "idle") this.#publish(IDLE);
  }

  #speak(talk: number, pcm: ArrayBuffer, level: number): void {
    const { phase, muted, held } = this.#state;
    if (talk !== this.#talk || this.#socket === null || phase !== "on" || muted || held) return;
    if (this.#socket.waiting() < MOST_WAITING_BYTES) this.#socket.sendAudio(pcm);
    this.#level = Math.max(this.#level, level);
    const now = this.ports.clock.now();
    if (now - this.#levelAt < LEVEL_EVERY_MS) return;
    this.#levelAt = now;
    this.#publish({ level: this.#level });
    this.#level = 0;
  }

  #receive(talk: number, frame: ServerFrame | null): void {
    this.#lastHeard = this.ports.clock.now();
    switch (frame?.type) {
      case "welcome":
        this.#disarm("welcome");
        this.#armPing(talk);
        return this.#publish({ phase: "on", since: this.ports.clock.now() });
      case "caller":
        return this.#publish({ caller: frame.on });
      case "held":
        if (frame.on) this.#voice?.drop();
        return this.#publish({ held: frame.on, level: 0 });
      case "ended":
        return this.stop();
      case "error":
        return this.#fail(talk, frame.text || NO_ANSWER);
    }
  }

  #armPing(talk: number): void {
    this.#arm("ping", PING_EVERY_MS, () => {
      if (this.ports.clock.now() - this.#lastHeard >= DEAD_AFTER_MS) return this.#fail(talk, LOST);
      this.#write({ type: "ping" });
      this.#armPing(talk);
    });
  }

  #fail(talk: number, words: string): void {
    if (talk !== this.#talk || !this.busy) return;
    const conversation = this.#state.conversation;
    this.#close();
    this.#publish({ ...IDLE, phase: "failed", conversation, words });
  }

  #close(): void {
    this.#talk += 1;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#voice?.close();
    this.#voice = null;
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

  #publish(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed(this.#state);
  }
}
