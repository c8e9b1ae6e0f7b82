/**
 * One citizen's calls from the page: the phases of a call and its captions, over a `VoiceLine`. The conversation is the
 * chat's, so calling again goes on where a call broke off.
 */

import { type VoiceFailure, VoiceLine, type VoicePorts } from "../../shared/audio/voiceLine";
import { type CallPhase, type CallState, IDLE } from "./callState";
import { type ClientFrame, type EndedBy, readServerFrame, type ServerFrame } from "./wire";
import { endedWords, OFFLINE, VOICE_WORDS } from "./words";

export interface CallPorts extends VoicePorts {
  online(): boolean;
}

/** A caller does not wait longer in silence. */
export const WELCOME_LIMIT_MS = 12_000;
/** The last words still play after the hotline has hung up. */
export const PLAY_OUT_MS = 600;

export class CallLine {
  #state: CallState = IDLE;
  #line: VoiceLine<ClientFrame, ServerFrame>;

  /** @param changed called with a new state object after each change */
  constructor(
    private readonly ports: CallPorts,
    private readonly changed: (state: CallState) => void,
  ) {
    const owner = {
      connecting: () => this.#publish({ phase: "connecting" }),
      read: readServerFrame,
      received: (frame: ServerFrame) => this.#receive(frame),
      speaks: () => !this.#state.muted && !this.#state.interrupted,
      level: (level: number) => this.#publish({ level }),
      interrupted: (on: boolean) => this.#interrupt(on),
      failed: (why: VoiceFailure) => this.#fail(VOICE_WORDS[why]),
    };
    this.#line = new VoiceLine(ports, owner, WELCOME_LIMIT_MS);
  }

  get state(): CallState {
    return this.#state;
  }

  get busy(): boolean {
    return ["asking", "connecting", "talking"].includes(this.#state.phase);
  }

  /** Calls in the chat's conversation. To be called from the tap itself. Does nothing during a call. */
  async start(session: { conversation: string; token: string }): Promise<void> {
    if (this.busy) return;
    if (!this.ports.online()) return this.#publish({ ...IDLE, phase: "failed", words: OFFLINE });
    this.#publish({ ...IDLE, phase: "asking" });
    await this.#line.open(() => ({ type: "hello", ...session }));
  }

  mute(on: boolean): void {
    if (this.#state.phase !== "talking") return;
    this.#line.mute(on);
    if (!this.#state.interrupted) this.#line.write({ type: "mute", on });
    this.#publish({ muted: on, level: 0 });
  }

  /** Takes the call up again after an interruption. To be called from the tap itself. */
  resume(): void {
    this.#line.resume();
  }

  /** A key of the telephone. */
  press(key: string): void {
    if (this.#state.phase === "talking") this.#line.write({ type: "key", key });
  }

  hangUp(): void {
    if (!this.busy) return;
    this.#line.write({ type: "hang_up" });
    this.#end("caller");
  }

  /** Puts away what is left of a call that is over. */
  dismiss(): void {
    if (!this.busy) this.#publish(IDLE);
  }

  networkLost(): void {
    if (this.busy) this.#fail(this.#state.phase === "talking" ? VOICE_WORDS.line_lost : OFFLINE);
  }

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#publish({ phase: "talking", since: this.ports.clock.now() });
        if (this.#state.interrupted) this.#line.write({ type: "mute", on: true });
        return;
      case "state":
        return this.#publish({ activity: frame.state });
      case "caption":
        if (frame.from === "citizen") return this.#publish({ own: frame.text, own_final: frame.final, latest: "own" });
        // What was cut off is shorter now, not newer.
        if (frame.cut) return this.#publish({ hotline: frame.text === "" ? "" : `${frame.text}…` });
        return this.#publish({ hotline: frame.text, latest: "hotline" });
      case "drop":
        return this.#line.drop();
      case "muted":
        // Of an interruption the caller knows nothing: it is not his mute.
        if (!this.#state.interrupted) this.#publish({ muted: frame.on });
        return;
      case "ended":
        // What was sent before it is still to be heard.
        return this.#line.playOut(PLAY_OUT_MS, () => this.#end(frame.why));
      case "error":
        if (this.#state.phase === "connecting") this.#fail(frame.text || VOICE_WORDS.no_answer);
        return;
    }
  }

  #interrupt(on: boolean): void {
    const tell = this.#state.phase === "talking" && !this.#state.muted;
    this.#publish({ interrupted: on, level: 0 });
    // So that the hotline neither asks whether he is there nor hangs up for silence.
    if (tell) this.#line.write({ type: "mute", on });
  }

  #fail(words: string): void {
    this.#over({ phase: "failed", words });
  }

  #end(why: EndedBy): void {
    this.#over({ phase: "ended", words: endedWords(why) });
  }

  #over(how: { phase: CallPhase; words: string }): void {
    this.#line.close();
    const { since } = this.#state;
    const lasted = since === null ? 0 : this.ports.clock.now() - since;
    this.#publish({ ...how, lasted, level: 0, muted: false, interrupted: false });
  }

  #publish(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    this.changed(this.#state);
  }
}
