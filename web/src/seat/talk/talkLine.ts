/** The seat's voice in one conversation at a time: the phases of a talk, mute, hold, hanging up, over a `VoiceLine`. */

import { type VoiceFailure, VoiceLine, type VoicePorts } from "../../shared/audio/voiceLine";
import { type ClientFrame, readServerFrame, type ServerFrame } from "./wire";

export type TalkPhase = "idle" | "asking" | "connecting" | "on" | "failed";

export interface TalkState {
  phase: TalkPhase;
  /** Of the talk, or of the one that failed. */
  conversation: string | null;
  /** The citizen hears us; false while he is not, or no longer, on the line. */
  caller: boolean;
  muted: boolean;
  held: boolean;
  /** The browser has taken the sound away: neither side hears the other. */
  interrupted: boolean;
  /** When it began, in ms since 1970. */
  since: number | null;
  /** What went wrong, in Chinese. */
  words: string;
  /** Loudness of the microphone, from 0 to 1. */
  level: number;
}

export const WELCOME_LIMIT_MS = 10_000;

export const VOICE_WORDS: Record<VoiceFailure, string> = {
  denied: "没有麦克风权限，请在地址栏旁允许本站使用麦克风",
  missing: "没有找到麦克风，请接上耳麦",
  busy: "麦克风正被其他程序使用",
  insecure: "这个网址不是安全连接，浏览器不允许使用麦克风，请用 https 打开工作台",
  unsupported: "浏览器太旧，不支持语音，请更新",
  failed: "麦克风没能打开，请再试一次",
  microphone_lost: "麦克风断开了，请检查后再接通",
  no_answer: "语音没有接通，请再试一次",
  line_lost: "语音断开了，请再接通一次",
};

const IDLE: TalkState = {
  phase: "idle",
  conversation: null,
  caller: false,
  muted: false,
  held: false,
  interrupted: false,
  since: null,
  words: "",
  level: 0,
};

export class TalkLine {
  #state: TalkState = IDLE;
  #line: VoiceLine<ClientFrame, ServerFrame>;

  constructor(
    private readonly ports: VoicePorts,
    private readonly csrf: () => string,
    private readonly changed: (state: TalkState) => void,
  ) {
    const owner = {
      connecting: () => this.#publish({ phase: "connecting" }),
      read: readServerFrame,
      received: (frame: ServerFrame) => this.#receive(frame),
      speaks: () => !this.#state.muted && !this.#state.held,
      level: (level: number) => this.#publish({ level }),
      interrupted: (on: boolean) => this.#publish({ interrupted: on, level: 0 }),
      failed: (why: VoiceFailure) => this.#fail(VOICE_WORDS[why]),
    };
    this.#line = new VoiceLine(ports, owner, WELCOME_LIMIT_MS);
  }

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
    this.#publish({ ...IDLE, phase: "asking", conversation });
    await this.#line.open(() => ({ type: "hello", csrf: this.csrf(), conversation }));
  }

  mute(on: boolean): void {
    if (this.#state.phase !== "on") return;
    this.#line.mute(on);
    this.#publish({ muted: on, level: 0 });
  }

  /** Takes the talk up again after an interruption. To be called from the click itself. */
  resume(): void {
    this.#line.resume();
  }

  /** The citizen hears a tone and neither side the other. */
  hold(on: boolean): void {
    if (this.#state.phase === "on") this.#line.write({ type: "hold", on });
  }

  /** Ends the citizen's call, and so the talk. The conversation goes on in writing. */
  hangUp(): void {
    if (this.#state.phase !== "on") return;
    this.#line.write({ type: "hang_up" });
    this.stop();
  }

  /** Ends only our part: the citizen stays on the line. */
  stop(): void {
    this.#line.close();
    if (this.#state.phase !== "idle") this.#publish(IDLE);
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#publish({ phase: "on", since: this.ports.clock.now() });
      case "caller":
        return this.#publish({ caller: frame.on });
      case "held":
        if (frame.on) this.#line.drop();
        return this.#publish({ held: frame.on, level: 0 });
      case "ended":
        return this.stop();
      case "error":
        return this.#fail(frame.text || VOICE_WORDS.no_answer);
    }
  }

  #fail(words: string): void {
    this.#line.close();
    this.#publish({ ...IDLE, phase: "failed", conversation: this.#state.conversation, words });
  }

  #publish(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed(this.#state);
  }
}
