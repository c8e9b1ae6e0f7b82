import type { DeskPorts } from "../src/seat/desk/ports";
import { Desk } from "../src/seat/desk/desk";
import type { User } from "../src/seat/desk/wire";
import { FakeClock, FakeSocket, MemoryStore } from "./fakes";

export const ME: User = {
  id: "u1",
  username: "wangfang",
  display_name: "王芳",
  badge: "1024",
  role: "seat",
  rights: ["account", "serve"],
  skills: ["general"],
  capacity: 5,
};

type Frame = Record<string, unknown> & { type: string };

/** The browser of a seat, played by the test. */
export class FakeSeatBrowser implements DeskPorts {
  readonly clock = new FakeClock();
  readonly sockets: FakeSocket[] = [];
  readonly store: MemoryStore;
  #ids = 0;

  constructor(store = new MemoryStore()) {
    this.store = store;
  }

  openSocket: DeskPorts["openSocket"] = (handlers) => {
    const socket = new FakeSocket(handlers);
    this.sockets.push(socket);
    return {
      send: (data) => (socket.sent as unknown[]).push(JSON.parse(data)),
      close: () => (socket.closedByPage = true),
    };
  };

  tick: DeskPorts["tick"] = (everyMs, act) => {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.clock.after(everyMs, () => {
        again();
        act();
      });
    };
    again();
    return () => cancel();
  };

  newId = (): string => `id${(this.#ids += 1)}-${this.sockets.length}`;
  random = (): number => 0;

  get socket(): FakeSocket {
    const last = this.sockets[this.sockets.length - 1];
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  }

  sent(type: string): Frame[] {
    return (this.socket.sent as unknown as Frame[]).filter((frame) => frame.type === type);
  }

  /** Answers the newest frame of this type. */
  done(type: string): void {
    const frame = this.sent(type).at(-1);
    this.socket.receive({ type: "done", id: frame?.["id"] });
  }
}

export function item(conversation: string, more: object = {}): Frame {
  return {
    type: "item",
    conversation,
    handoff: `h-${conversation}`,
    state: "serving",
    reason: "asked",
    priority: 100,
    since: "2026-11-22T09:50:00+08:00",
    accepted_at: "2026-11-22T09:55:00+08:00",
    seat: "u1",
    title: conversation,
    last: { from: "citizen", text: "在吗", at: "2026-11-22T09:58:00+08:00", seq: 3 },
    unread: 1,
    epoch: 2,
    ...more,
  };
}

export function said(conversation: string, seq: number, text: string, more: object = {}): object {
  const message = { seq, from: "citizen", text, kind: "text", at: "2026-11-22T10:00:00+08:00", ...more };
  return { type: "message", conversation, message };
}

export interface SeatPage {
  browser: FakeSeatBrowser;
  desk: Desk;
  heard: string[];
  welcome(mine?: object[], queue?: object[]): void;
}

export function seatPage(store?: MemoryStore, user = ME): SeatPage {
  const browser = new FakeSeatBrowser(store);
  const heard: string[] = [];
  const desk = new Desk(browser, user, () => "csrf", {
    desk: () => undefined,
    view: () => undefined,
    attention: (kind) => heard.push(kind),
    gone: (conversation) => heard.push(`gone ${conversation}`),
    shut: () => heard.push("shut"),
  });
  desk.start();
  const welcome = (mine: object[] = [item("a"), item("b")], queue: object[] = []): void => {
    browser.socket.open();
    browser.socket.receive({
      type: "welcome",
      user,
      status: "ready",
      server_time: new Date(browser.clock.now()).toISOString(),
      settings: { offer_s: 20, heartbeat_s: 5, lost_s: 20 },
    });
    browser.socket.receive({ type: "desk", mine, queue, seats: [] });
  };
  return { browser, desk, heard, welcome };
}
