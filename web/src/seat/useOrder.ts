/** The order drafts of the opened conversations: asked for when first seen, edits kept over reloads of the tab. */

import { reactive } from "vue";
import { object, text } from "../shared/read";
import type { OrderBrief, OrderDraft } from "./desk/answers";
import { ApiError, type DeskApi, sentenceOf } from "./desk/api";
import { fieldOrder, type Edits, troubled } from "./desk/orderForm";
import type { KeyValueStore } from "./desk/ports";

export interface OrderState {
  draft: OrderDraft | null;
  /** Names of fields as they are shown; fixed once the draft is there, so that none moves while it is filled in. */
  order: string[];
  /** The first of them, that wanted attention when the draft came. */
  attention: ReadonlySet<string>;
  edits: Edits;
  /** What the server said is wrong, by field, until the field is changed. */
  refused: Record<string, string>;
  loading: boolean;
  problem: string;
  submitting: boolean;
  submitted: OrderBrief[];
  /** The number of the last message that the draft knows. */
  upTo: number;
}

const PREFIX = "minsheng.seat.order.";

export class Orders {
  #states = new Map<string, OrderState>();

  constructor(
    private readonly api: DeskApi,
    private readonly store: KeyValueStore,
    private readonly newId: () => string,
  ) {}

  of(conversation: string): OrderState {
    let state = this.#states.get(conversation);
    if (state === undefined) {
      state = reactive<OrderState>({
        draft: null,
        order: [],
        attention: new Set(),
        edits: {},
        refused: {},
        loading: false,
        problem: "",
        submitting: false,
        submitted: [],
        upTo: 0,
      });
      this.#states.set(conversation, state);
    }
    return state;
  }

  forget(conversation: string): void {
    this.#states.delete(conversation);
    this.store.remove(PREFIX + conversation);
  }

  /** Asks for the draft; what the seat has changed stays as he wrote it. */
  async load(conversation: string, upTo: number): Promise<void> {
    const state = this.of(conversation);
    if (state.loading) return;
    state.loading = true;
    state.problem = "";
    try {
      const draft = await this.api.orderDraft(conversation);
      const kept = this.#kept(conversation);
      if (draft.draft_id === "") draft.draft_id = state.draft?.draft_id ?? kept?.draft_id ?? this.newId();
      const same = state.draft?.draft_id === draft.draft_id;
      const names = draft.fields.map((field) => field.name);
      const keepsPlaces = same && names.length === state.order.length && names.every((name) => state.order.includes(name));
      if (!keepsPlaces) {
        state.order = fieldOrder(draft);
        state.attention = troubled(draft);
      }
      if (!same) {
        state.edits = kept?.draft_id === draft.draft_id ? kept.edits : {};
        state.refused = {};
      }
      state.draft = draft;
      state.submitted = draft.registered;
      state.upTo = upTo;
    } catch (error) {
      state.problem = sentenceOf(error);
    }
    state.loading = false;
  }

  edit(conversation: string, name: string, value: string): void {
    const state = this.of(conversation);
    state.edits = { ...state.edits, [name]: value };
    delete state.refused[name];
    this.#keep(conversation);
  }

  /** True if the order is there now. */
  async submit(conversation: string, fields: Record<string, string | boolean>): Promise<boolean> {
    const state = this.of(conversation);
    if (state.draft === null || state.submitting) return false;
    state.submitting = true;
    state.problem = "";
    try {
      const order = await this.api.submitOrder(conversation, state.draft.draft_id, fields);
      state.submitted = [...state.submitted.filter((one) => one.number !== order.number), order];
      state.draft = null;
      state.edits = {};
      state.refused = {};
      this.store.remove(PREFIX + conversation);
      return true;
    } catch (error) {
      if (error instanceof ApiError) state.refused = { ...error.fields };
      state.problem = Object.keys(state.refused).length > 0 ? "" : sentenceOf(error);
      return false;
    } finally {
      state.submitting = false;
    }
  }

  #keep(conversation: string): void {
    const state = this.of(conversation);
    if (state.draft === null) return;
    this.store.set(PREFIX + conversation, JSON.stringify({ draft_id: state.draft.draft_id, edits: state.edits }));
  }

  #kept(conversation: string): { draft_id: string; edits: Edits } | null {
    const stored = this.store.get(PREFIX + conversation);
    if (stored === null) return null;
    try {
      const raw = object(JSON.parse(stored));
      const edits: Record<string, string> = {};
      for (const [name, value] of Object.entries(object(raw["edits"]))) edits[name] = text(value);
      return { draft_id: text(raw["draft_id"]), edits };
    } catch {
      return null;
    }
  }
}
