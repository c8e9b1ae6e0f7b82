/**
 * One seat's line to the gateway: opens the socket, says hello, keeps the heartbeat, reconnects with growing pauses,
 * pairs acting frames with their answers. No clock or socket of its own: all come through `DeskPorts`.
 */

import { reconnectDelay } from "../../citizen/chat/backoff";
import type { Socket } from "../../shared/ports";
import { Timers } from "../../shared/timers";
import type { DeskPorts } from "./ports";
import { type ClientFrame, readServerFrame, type ServerFrame } from "./wire";

/** `connecting`: never yet welcomed. `online`. `broken`: it was there and is gone. `shut`: told not to come back. */
export type LineState = "connecting" | "online" | "broken" | "shut";

export const WELCOME_LIMIT_MS = 10_000;
export const ANSWER_LIMIT_MS = 15_000;
export const STABLE_AFTER_MS = 10_000;
/** This many heartbeats without any word of the server mean that the line is dead. */
export const SILENT_BEATS = 3;

const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_FORBIDDEN = 4403;

/** Why an action was not done. `lost`: the line broke before the answer; the action may have happened. */
export class DeskError extends Error {
  constructor(
    readonly code: string,
    text: string,
    readonly retryable = false,
  ) {
    super(text);
  }
}

export interface LineEvents {
  frame(frame: ServerFrame): void;
  state(state: LineState): void;
  /** The session has ended or has no right here: sign in again. */
  shut(): void;
}

interface Waiting {
  done(): void;
  failed(error: DeskError): void;
  cancel(): void;
}

export class DeskLine {
  #socket: Socket | null = null;
  /** Bumped with each socket, so that a late event of an old one is recognised and dropped. */
  #generation = 0;
  #welcomed = false;
  #attempt = 0;
  #running = false;
  #silentBeats = 0;
  #heartbeatMs = 5_000;
  #stopBeat: () => void = () => undefined;
  #timers: Timers<"welcome" | "retry" | "stable">;
  #waiting = new Map<string, Waiting>();
  #state: LineState = "connecting";

  constructor(
    private readonly ports: DeskPorts,
    private readonly csrf: () => string,
    private readonly tab: string,
    private readonly events: LineEvents,
  ) {
    this.#timers = new Timers(ports.clock);
  }

  get online(): boolean {
    return this.#welcomed;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#drop();
    this.#timers.cancel("retry");
  }

  /** The network is back, or the page is seen again: try at once instead of waiting for the next attempt. */
  hurry(): void {
    if (!this.#running) return;
    if (this.#welcomed) {
      this.write({ type: "heartbeat" });
      return;
    }
    this.#attempt = 0;
    this.#connect();
  }

  networkLost(): void {
    if (this.#running && this.#welcomed) this.#lost();
  }

  /** Sends a frame that needs no answer; dropped while there is no line. */
  write(frame: ClientFrame): void {
    if (this.#welcomed || frame.type === "hello") this.#socket?.send(JSON.stringify(frame));
  }

  /**
   * Sends an acting frame and waits for its answer.
   * @throws DeskError by rejection: refused by the server, no line (`offline`), or the line broke meanwhile (`lost`)
   */
  request(frame: ClientFrame, id = this.ports.newId()): Promise<void> {
    if (!this.#welcomed) return Promise.reject(new DeskError("offline", "连接断开，请稍后再试", true));
    return new Promise((resolve, reject) => {
      const cancel = this.ports.clock.after(ANSWER_LIMIT_MS, () => {
        this.#waiting.delete(id);
        reject(new DeskError("timeout", "服务器没有回应，请再试一次", true));
      });
      this.#waiting.set(id, { done: resolve, failed: reject, cancel });
      this.#socket?.send(JSON.stringify({ ...frame, id }));
    });
  }

  #connect(): void {
    this.#drop();
    this.#timers.cancel("retry");
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    this.#timers.arm("welcome", WELCOME_LIMIT_MS, () => this.#lost());
    this.#socket = this.ports.openSocket({
      opened: () => {
        if (current()) this.write({ type: "hello", csrf: this.csrf(), tab: this.tab });
      },
      received: (data) => {
        if (!current()) return;
        this.#silentBeats = 0;
        const frame = readServerFrame(data);
        if (frame !== null) this.#take(frame);
      },
      closed: (code) => {
        if (current()) this.#closed(code);
      },
    });
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "done" || (frame.type === "error" && frame.id !== "")) {
      const waiting = this.#waiting.get(frame.id);
      if (waiting !== undefined) {
        this.#waiting.delete(frame.id);
        waiting.cancel();
        if (frame.type === "done") waiting.done();
        else waiting.failed(new DeskError(frame.code, frame.text || "没有成功", frame.retryable));
      }
      return;
    }
    if (frame.type === "welcome") {
      this.#timers.cancel("welcome");
      this.#welcomed = true;
      this.#heartbeatMs = frame.settings.heartbeat_s * 1000;
      this.#timers.arm("stable", STABLE_AFTER_MS, () => (this.#attempt = 0));
      this.#beat();
      this.events.frame(frame);
      this.#enter("online");
      return;
    }
    this.events.frame(frame);
  }

  #beat(): void {
    this.#stopBeat();
    this.#silentBeats = 0;
    this.#stopBeat = this.ports.tick(this.#heartbeatMs, () => {
      this.#silentBeats += 1;
      if (this.#silentBeats > SILENT_BEATS) return this.#lost();
      this.write({ type: "heartbeat" });
    });
  }

  #closed(code: number): void {
    if (code !== CLOSE_UNAUTHORIZED && code !== CLOSE_FORBIDDEN) return this.#lost();
    this.stop();
    this.#enter("shut");
    this.events.shut();
  }

  #lost(): void {
    this.#drop();
    this.#enter("broken");
    const delay = reconnectDelay(this.#attempt, this.ports.random());
    this.#attempt += 1;
    this.#timers.arm("retry", delay, () => this.#connect());
  }

  #drop(): void {
    this.#generation += 1;
    this.#welcomed = false;
    this.#stopBeat();
    this.#timers.cancel("welcome", "stable");
    this.#socket?.close();
    this.#socket = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) {
      one.cancel();
      one.failed(new DeskError("lost", "连接断开，不能确定是否成功", true));
    }
  }

  #enter(state: LineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.events.state(state);
  }
}
