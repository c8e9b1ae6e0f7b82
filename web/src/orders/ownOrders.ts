/** The citizen's own orders over HTTP. Its visit is kept for this tab; it ends by itself. */

import type { KeyValueStore } from "../shared/ports";
import { object, text } from "../shared/read";
import { type Act, type OrderLine, type OwnOrder, readLines, readOrder } from "./wire";

const KEY = "minsheng.orders.visit";
const BASE = "/api/v1/my-orders";
const AWAY = "网络不通，请稍后再试，或拨打 12345。";

export type Proof =
  | { link: string }
  | { conversation: string; token: string }
  | { number: string; code: string }
  | { ticket: string; code: string };

/** `message` is a Chinese sentence to be shown. `over`: the visit has ended, and who comes has to prove anew. */
export class OrdersRefused extends Error {
  constructor(
    message: string,
    readonly over: boolean,
  ) {
    super(message);
  }
}

export class OwnOrders {
  constructor(
    private readonly ask: typeof fetch,
    private readonly store: KeyValueStore,
  ) {}

  get visiting(): boolean {
    return this.store.get(KEY) !== null;
  }

  /** A visit that the server has opened already. */
  take(token: string): void {
    this.store.set(KEY, token);
  }

  /** Opens what is proved beside what is open. Throws OrdersRefused, as all below do. */
  async prove(proof: Proof): Promise<OrderLine[]> {
    const answer = await this.#call("POST", "/visits", proof);
    this.store.set(KEY, text(object(answer)["token"]));
    return readLines(answer);
  }

  /** The ticket to be proved with the code. */
  async sendCode(phone: string): Promise<string> {
    return text(object(await this.#call("POST", "/phone-codes", { phone }))["ticket"]);
  }

  async lines(): Promise<OrderLine[]> {
    return readLines(await this.#call("GET", ""));
  }

  async order(number: string): Promise<OwnOrder> {
    return this.#read(await this.#call("GET", `/${number}`));
  }

  /** What was done, in words, and the order as it is now. */
  async act(number: string, act: Act, words = "", score: number | null = null): Promise<{ told: string; order: OwnOrder }> {
    const answer = await this.#call("POST", `/${number}/${act}`, score === null ? { text: words } : { text: words, score });
    return { told: text(object(answer)["told"]), order: this.#read(answer) };
  }

  /** Forgets the visit here whatever the server says. */
  async leave(): Promise<void> {
    const call = this.#call("DELETE", "/visits");
    this.store.remove(KEY);
    await call.catch(() => undefined);
  }

  #read(answer: unknown): OwnOrder {
    const order = readOrder(answer);
    if (order === null) throw new OrdersRefused(AWAY, false);
    return order;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers: Record<string, string> = {};
    const token = this.store.get(KEY);
    if (token !== null) headers["Authorization"] = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response: Response;
    let content: unknown;
    try {
      response = await this.ask(`${BASE}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      content = response.status === 204 ? {} : await response.json();
    } catch {
      throw new OrdersRefused(AWAY, false);
    }
    if (response.ok) return content;
    const error = object(object(content)["error"]);
    const over = text(error["code"]) === "visit_over";
    if (over) this.store.remove(KEY);
    throw new OrdersRefused(text(error["text"]) || AWAY, over);
  }
}
