/** The console's HTTP calls (`/api/v1/desk`): session cookie, CSRF header, answers checked where they come in. */

import { type Json, object, text } from "../../shared/read";
import {
  type CannedReply,
  type Category,
  type ConversationDetail,
  type Directory,
  type OrderBrief,
  type OrderDraft,
  type Overview,
  type Past,
  readCanned,
  readCategory,
  readDetail,
  readDirectory,
  readDraft,
  type Finished,
  type OrderAct,
  type OrderFull,
  readFinished,
  readOrder,
  readOrderFull,
  readOverview,
  readPast,
  readSummary,
  type Summary,
} from "./answers";
import { type Recording, readRecordings } from "./recording";
import {
  type Attachment,
  type Callback,
  type DeskMessage,
  type KnowledgeHit,
  type Note,
  readAll,
  readAttachment,
  readCallback,
  readDeskMessage,
  readHit,
  readNote,
  readUser,
  type User,
} from "./wire";

const ROOT = "/api/v1/desk";
const OLDER = 60;

/** A call that was refused or did not come through. `status` 0: no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
    /** What is wrong with which field of a form. */
    readonly fields: Record<string, string> = {},
    /** Seconds until it makes sense to try again; 0 if unknown. */
    readonly retryAfter = 0,
  ) {
    super(text);
  }
}

const SENTENCES: Record<number, string> = {
  0: "网络不通，请稍后再试",
  401: "登录已失效，请重新登录",
  403: "没有权限",
  404: "没有找到",
  409: "状态已变化，请刷新后再试",
  413: "内容太大",
  429: "操作太频繁，请稍后再试",
};

export type RevealWhat = "phone" | "name" | "address" | "messages" | "order";

export class DeskApi {
  #csrf = "";

  get csrf(): string {
    return this.#csrf;
  }

  async signIn(username: string, password: string): Promise<User> {
    return this.#session(await this.#call("POST", "/sign-in", { username, password }));
  }

  async me(): Promise<User> {
    return this.#session(await this.#call("GET", "/me"));
  }

  async signOut(): Promise<void> {
    await this.#call("POST", "/sign-out", {});
  }

  async changePassword(old: string, next: string): Promise<void> {
    await this.#call("POST", "/password", { old, new: next });
  }

  async detail(conversation: string): Promise<ConversationDetail> {
    return readDetail(await this.#call("GET", `/conversations/${encodeURIComponent(conversation)}`));
  }

  async older(conversation: string, before: number): Promise<DeskMessage[]> {
    const path = `/conversations/${encodeURIComponent(conversation)}/messages?before=${before}&limit=${OLDER}`;
    return readAll(object(await this.#call("GET", path))["messages"], readDeskMessage);
  }

  async orderDraft(conversation: string): Promise<OrderDraft> {
    return readDraft(await this.#call("GET", `/conversations/${encodeURIComponent(conversation)}/order-draft`));
  }

  async submitOrder(conversation: string, draft_id: string, fields: Record<string, string | boolean>): Promise<OrderBrief> {
    const path = `/conversations/${encodeURIComponent(conversation)}/orders`;
    const order = readOrder(object(await this.#call("POST", path, { draft_id, fields }))["order"]);
    if (order === null) throw new ApiError(200, "unreadable", "工单已提交，但没有收到编号，请刷新查看");
    return order;
  }

  async categories(): Promise<Category[]> {
    return readAll(object(await this.#call("GET", "/categories"))["categories"], readCategory);
  }

  async knowledge(conversation: string, query: string): Promise<{ query: string; hits: KnowledgeHit[] }> {
    const path = `/conversations/${encodeURIComponent(conversation)}/knowledge?q=${encodeURIComponent(query)}`;
    const raw = object(await this.#call("GET", path));
    return { query: text(raw["query"]) || query, hits: readAll(raw["hits"], readHit) };
  }

  async feedback(article: string, conversation: string, verdict: "down" | "up", comment: string): Promise<void> {
    const path = `/knowledge/${encodeURIComponent(article)}/feedback`;
    await this.#call("POST", path, { conversation, verdict, ...(comment === "" ? {} : { comment }) });
  }

  async addNote(conversation: string, words: string): Promise<Note | null> {
    const raw = await this.#call("POST", `/conversations/${encodeURIComponent(conversation)}/notes`, { text: words });
    return readNote(object(raw)["note"] ?? raw, conversation);
  }

  async reveal(conversation: string, what: RevealWhat, why: string): Promise<string> {
    const path = `/conversations/${encodeURIComponent(conversation)}/reveal`;
    return text(object(await this.#call("POST", path, { what, ...(why === "" ? {} : { why }) }))["value"]);
  }

  async summary(conversation: string): Promise<Summary> {
    return readSummary(await this.#call("GET", `/conversations/${encodeURIComponent(conversation)}/summary`));
  }

  async past(conversation: string): Promise<Past> {
    return readPast(await this.#call("GET", `/citizens/${encodeURIComponent(conversation)}/past`));
  }

  async uploadImage(conversation: string, image: Blob, name: string): Promise<Attachment> {
    const form = new FormData();
    form.append("file", image, name);
    const raw = await this.#call("POST", `/conversations/${encodeURIComponent(conversation)}/images`, form);
    const attachment = readAttachment(object(raw)["attachment"]);
    if (attachment === null) throw new ApiError(200, "unreadable", "图片没有上传成功");
    return attachment;
  }

  attachmentAddress(id: string): string {
    return `${ROOT}/attachments/${encodeURIComponent(id)}`;
  }

  orderPictureAddress(number: string, id: string): string {
    return `${ROOT}/orders/${encodeURIComponent(number)}/pictures/${encodeURIComponent(id)}`;
  }

  async recordings(conversation: string): Promise<Recording[]> {
    return readRecordings(await this.#call("GET", `/conversations/${encodeURIComponent(conversation)}/recordings`));
  }

  recordingAddress(id: string): string {
    return `${ROOT}/recordings/${encodeURIComponent(id)}/audio`;
  }

  async findOrders(q: string): Promise<{ by: string; more: boolean; orders: OrderBrief[] }> {
    const raw = object(await this.#call("GET", `/orders?q=${encodeURIComponent(q)}`));
    return { by: text(raw["by"]), more: raw["more"] === true, orders: readAll(raw["orders"], readOrder) };
  }

  async order(number: string): Promise<OrderFull> {
    return this.#order(await this.#call("GET", `/orders/${encodeURIComponent(number)}`));
  }

  async actOnOrder(number: string, act: OrderAct, words: string, fields: Record<string, string>): Promise<{ order: OrderFull; note: string }> {
    const raw = await this.#call("POST", `/orders/${encodeURIComponent(number)}/${act}`, { words, fields: act === "amend" ? fields : {} });
    return { order: this.#order(raw), note: text(object(raw)["note"]) };
  }

  async finished(): Promise<Finished> {
    return readFinished(await this.#call("GET", "/finished"));
  }

  #order(raw: unknown): OrderFull {
    const order = readOrderFull(object(raw)["order"]);
    if (order === null) throw new ApiError(200, "unreadable", "服务器的回应不完整，请联系管理员");
    return order;
  }

  async cannedReplies(): Promise<CannedReply[]> {
    return readCanned(await this.#call("GET", "/canned-replies"));
  }

  async directory(): Promise<Directory> {
    return readDirectory(await this.#call("GET", "/directory"));
  }

  async callbacks(): Promise<Callback[]> {
    return readAll(object(await this.#call("GET", "/callbacks"))["callbacks"], readCallback);
  }

  async callback(id: string, act: "take" | "done" | "failed", result: string): Promise<void> {
    await this.#call("POST", `/callbacks/${encodeURIComponent(id)}/${act}`, { result });
  }

  async overview(): Promise<Overview> {
    return readOverview(await this.#call("GET", "/overview"));
  }

  #session(raw: unknown): User {
    const user = readUser(object(raw)["user"]);
    if (user === null) throw new ApiError(200, "unreadable", "服务器的回应不完整，请联系管理员");
    this.#csrf = text(object(raw)["csrf"]);
    return user;
  }

  async #call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const headers: Record<string, string> = {};
    if (method === "POST") headers["X-CSRF"] = this.#csrf;
    if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      response = await fetch(ROOT + path, {
        method,
        headers,
        credentials: "same-origin",
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, "unreachable", SENTENCES[0] ?? "");
    }
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return answer;
    throw readError(response, object(answer));
  }
}

function readError(response: Response, answer: Json): ApiError {
  const given = answer["error"];
  const error = object(given);
  const code = text(error["code"]) || text(given);
  const fields: Record<string, string> = {};
  for (const [name, problem] of Object.entries(object(answer["fields"] ?? error["fields"]))) fields[name] = text(problem);
  const words = text(error["text"]) || SENTENCES[response.status] || "服务器暂时不能处理，请稍后再试";
  return new ApiError(response.status, code, words, fields, Number(response.headers.get("Retry-After") ?? "0") || 0);
}

/** A sentence for whatever went wrong, to be shown to the seat. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "没有成功，请再试一次";
}
