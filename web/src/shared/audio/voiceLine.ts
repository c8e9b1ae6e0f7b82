/**
 * The microphone on a line of the gateway, for both ends of a call: asks for the microphone, opens the socket, carries
 * audio both ways, measures loudness, notices a line that is dead. No clock, socket or microphone of its own: all come
 * through `VoicePorts`.
 *
 * What a call is (its phases, its other frames, its words) belongs to the owner. A broken line is not mended by
 * itself: somebody who speaks must know that nobody hears him.
 */

import type { Clock } from "../ports";
import { Timers } from "../timers";
import type { AudioSocket, OpenAudioSocket, OpenVoice, Voice, VoiceProblem } from "./ports";
import { VoiceRefused } from "./ports";

export interface VoicePorts {
  openSocket: OpenAudioSocket;
  openVoice: OpenVoice;
  clock: Clock;
}

/** Why there is no line, or no longer one. */
export type VoiceFailure = VoiceProblem | "microphone_lost" | "no_answer" | "line_lost";

/** What both audio sockets of the gateway say and hear (docs/protocol.md); `welcome` lets the audio flow. */
interface Frame {
  type: string;
}

/** None of these is called for a line that was closed. */
export interface VoiceOwner<ServerFrame extends Frame> {
  /** There is a microphone; the socket is being opened. */
  connecting(): void;
  /** Null for what is no frame of ours. */
  read(data: string): ServerFrame | null;
  received(frame: ServerFrame): void;
  /** Whether what the microphone hears is to be sent; asked for each 20 ms. */
  speaks(): boolean;
  /** Loudness of the microphone, from 0 to 1: the loudest since the last time. */
  level(level: number): void;
  /** Nobody hears us and we hear nobody, until it is told that it is over; what comes meanwhile does not sound later. */
  interrupted(on: boolean): void;
  /** The line is closed already. */
  failed(why: VoiceFailure): void;
}

export const PING_EVERY_MS = 10_000;
/** Nothing at all came for so long: the line is dead though the browser has not noticed. */
export const DEAD_AFTER_MS = 25_000;
/** Two seconds of audio that do not leave: what is spoken now would be heard far too late. */
export const MOST_WAITING_BYTES = 64_000;
const LEVEL_EVERY_MS = 100;

export class VoiceLine<ClientFrame extends Frame, ServerFrame extends Frame> {
  #socket: AudioSocket | null = null;
  #voice: Voice | null = null;
  /** Bumped with each opening and closing, so that what comes late from an old line is recognised. */
  #generation = 0;
  #welcomed = false;
  #timers: Timers<"welcome" | "ping" | "playOut">;
  #interrupted = false;
  #lastHeard = 0;
  #levelAt = 0;
  #level = 0;

  /** @param welcomeLimitMs how long the gateway may take to answer */
  constructor(
    private readonly ports: VoicePorts,
    private readonly owner: VoiceOwner<ServerFrame>,
    private readonly welcomeLimitMs: number,
  ) {
    this.#timers = new Timers(ports.clock);
  }

  /**
   * Closes what was open before. To be called from the click, tap or key itself.
   * @param hello gives the first frame, once the socket is open
   */
  async open(hello: () => ClientFrame): Promise<void> {
    this.close();
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    const fail = (why: VoiceFailure): void => {
      if (current()) this.#fail(why);
    };
    let voice: Voice;
    try {
      voice = await this.ports.openVoice({
        frame: (pcm, level) => {
          if (current()) this.#speak(pcm, level);
        },
        lost: () => fail("microphone_lost"),
        interrupted: (on) => {
          if (current()) this.#interrupt(on);
        },
      });
    } catch (error) {
      return fail(error instanceof VoiceRefused ? error.problem : "failed");
    }
    if (!current()) return voice.close();
    this.#voice = voice;
    this.owner.connecting();
    this.#timers.arm("welcome", this.welcomeLimitMs, () => this.#fail("no_answer"));
    this.#socket = this.ports.openSocket({
      opened: () => {
        if (current()) this.write(hello());
      },
      received: (data) => {
        if (current()) this.#receive(data);
      },
      audio: (pcm) => {
        if (!current()) return;
        this.#lastHeard = this.ports.clock.now();
        if (!this.#interrupted) this.#voice?.play(pcm);
      },
      closed: () => {
        // A socket that we closed ourselves is no longer ours.
        if (this.#socket !== null) fail(this.#welcomed ? "line_lost" : "no_answer");
      },
    });
  }

  /** Dropped while there is no line. */
  write(frame: ClientFrame | { type: "ping" }): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  mute(on: boolean): void {
    this.#voice?.mute(on);
  }

  /** Ends an interruption. To be called from the tap itself. */
  resume(): void {
    this.#voice?.resume();
  }

  /** What came and did not sound yet is not to sound. */
  drop(): void {
    this.#voice?.drop();
  }

  /** Nothing more comes or goes, but what came still sounds. After `delayMs` the line is closed; then `done`. */
  playOut(delayMs: number, done: () => void): void {
    this.#closeSocket();
    this.#timers.arm("playOut", delayMs, () => {
      this.close();
      done();
    });
  }

  /** Lets go of the microphone, too. Idempotent. */
  close(): void {
    this.#generation += 1;
    this.#welcomed = false;
    this.#interrupted = false;
    this.#timers.cancelAll();
    this.#voice?.close();
    this.#voice = null;
    this.#closeSocket();
  }

  #speak(pcm: ArrayBuffer, level: number): void {
    if (this.#socket === null || !this.#welcomed || !this.owner.speaks()) return;
    if (this.#socket.waiting() < MOST_WAITING_BYTES) this.#socket.sendAudio(pcm);
    this.#level = Math.max(this.#level, level);
    const now = this.ports.clock.now();
    if (now - this.#levelAt < LEVEL_EVERY_MS) return;
    this.#levelAt = now;
    this.owner.level(this.#level);
    this.#level = 0;
  }

  #interrupt(on: boolean): void {
    this.#interrupted = on;
    if (on) this.drop();
    this.owner.interrupted(on);
  }

  #receive(data: string): void {
    this.#lastHeard = this.ports.clock.now();
    const frame = this.owner.read(data);
    if (frame === null) return;
    if (frame.type === "welcome") {
      this.#welcomed = true;
      this.#timers.cancel("welcome");
      this.#armPing();
    }
    this.owner.received(frame);
  }

  #armPing(): void {
    this.#timers.arm("ping", PING_EVERY_MS, () => {
      if (this.ports.clock.now() - this.#lastHeard >= DEAD_AFTER_MS) return this.#fail("line_lost");
      this.write({ type: "ping" });
      this.#armPing();
    });
  }

  #fail(why: VoiceFailure): void {
    this.close();
    this.owner.failed(why);
  }

  #closeSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
