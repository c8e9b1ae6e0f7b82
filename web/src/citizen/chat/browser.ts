/** The browser's own socket, clock and storage behind the connection's ports. */

import { type Clock, type KeyValueStore, type OpenSocket, PictureRefused, type Ports } from "./ports";

export function browserPorts(): Ports {
  const store = new SafeStore();
  return { openSocket, clock, store, newId, uploadPicture, downloadPicture, random: Math.random };
}

const uploadPicture: Ports["uploadPicture"] = async ({ conversation, token }, picture) => {
  const form = new FormData();
  form.append("file", picture, picture.type === "image/png" ? "picture.png" : "picture.jpg");
  const response = await fetch(`/api/v1/conversations/${encodeURIComponent(conversation)}/images`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: form,
  });
  const answer = (await response.json().catch(() => ({}))) as {
    attachment?: { id?: string };
    error?: { text?: string };
  };
  const id = answer.attachment?.id;
  if (!response.ok || typeof id !== "string") throw new PictureRefused(answer.error?.text ?? "图片没有传成功，请再试一次。");
  return id;
};

const downloadPicture: Ports["downloadPicture"] = async ({ token }, id) => {
  const response = await fetch(`/api/v1/attachments/${encodeURIComponent(id)}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`picture: ${response.status}`);
  return response.blob();
};

const openSocket: OpenSocket = (handlers) => {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws/chat`);
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === "string") handlers.received(event.data);
  };
  socket.onclose = (event) => handlers.closed(event.code);
  return {
    send: (data) => {
      // A closing socket drops what it is given; the outbox sends it again after the reconnect.
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close: () => socket.close(),
  };
};

const clock: Clock = {
  now: () => Date.now(),
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
};

/** `localStorage`, or memory where the browser forbids or has run out of it. */
export class SafeStore implements KeyValueStore {
  #memory = new Map<string, string>();

  get(key: string): string | null {
    const held = this.#memory.get(key);
    if (held !== undefined) return held;
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  remove(key: string): void {
    this.#memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was stored there either.
    }
  }

  keys(): string[] {
    const keys = [...this.#memory.keys()];
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const key = localStorage.key(i);
        if (key !== null && !this.#memory.has(key)) keys.push(key);
      }
    } catch {
      // Memory is all there is.
    }
    return keys;
  }
}

/** 128 random bits. `crypto.randomUUID` is missing in older web views and on plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
