/** The work-order form: what the conversation filled, what the seat changed, what is still wrong. Pure. */

import type { Category, DraftField, FieldOption, OrderDraft } from "./answers";

/** Below this, a value wants to be looked at before it is sent. */
export const SURE_FROM = 0.75;

/** The seat's own values by field name. */
export type Edits = Readonly<Record<string, string>>;

export interface FormField extends DraftField {
  /** Changed by the seat. */
  edited: boolean;
  /** Filled by the machine without enough certainty, and not yet touched by the seat. */
  doubtful: boolean;
}

/** Who filled a field, as it is shown beside it. */
export const ORIGIN_LABELS: Record<string, string> = {
  citizen: "市民说",
  rule: "规则推断",
  classifier: "模型建议",
  line: "来电号码",
  seat: "坐席填写",
};

export function formFields(draft: OrderDraft, edits: Edits): FormField[] {
  return draft.fields.map((field) => {
    const edit = edits[field.name];
    const edited = edit !== undefined;
    const value = edit ?? field.value;
    const doubtful = !edited && value !== "" && field.origin !== "seat" && field.confidence < SURE_FROM;
    return { ...field, value, edited, doubtful };
  });
}

/**
 * The order in which the form shows its fields: what is missing or wrong, then what is doubtful (least sure first),
 * then the rest as the server sent it. Computed once for a draft, so that no field moves while it is filled in.
 */
export function fieldOrder(draft: OrderDraft): string[] {
  const rank = (field: DraftField): number => {
    if (field.required && field.value === "") return 0;
    if (field.problem !== "") return 1;
    if (field.value !== "" && field.origin !== "seat" && field.confidence < SURE_FROM) return 2 + field.confidence;
    return 10;
  };
  return draft.fields
    .map((field, index) => ({ name: field.name, rank: rank(field), index }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map((one) => one.name);
}

/** How many of the fields in `fieldOrder` want attention. */
export function troubled(draft: OrderDraft): Set<string> {
  return new Set(
    draft.fields
      .filter(
        (field) =>
          (field.required && field.value === "") ||
          field.problem !== "" ||
          (field.value !== "" && field.origin !== "seat" && field.confidence < SURE_FROM),
      )
      .map((field) => field.name),
  );
}

const PHONE = /^(?:\+?86)?1[3-9]\d{9}$|^0\d{2,3}-?\d{7,8}$/;

/** What is wrong with the values, by field name, as far as the page can tell; the server has the last word. */
export function problems(fields: readonly FormField[], refused: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const value = field.value.trim();
    if (field.required && value === "") found[field.name] = `请填写${field.label}`;
    else if (field.kind === "phone" && value !== "" && !value.includes("*") && !PHONE.test(value.replace(/[\s-]/g, ""))) {
      found[field.name] = "电话号码不完整，请核对";
    } else if (refused[field.name] !== undefined) found[field.name] = refused[field.name] ?? "";
    else if (field.problem !== "" && !field.edited) found[field.name] = field.problem;
  }
  return found;
}

export function submission(fields: readonly FormField[]): Record<string, string | boolean> {
  const values: Record<string, string | boolean> = {};
  for (const field of fields) values[field.name] = field.kind === "bool" ? field.value === "true" : field.value.trim();
  return values;
}

export function categoryOptions(categories: readonly Category[]): FieldOption[] {
  return categories.map((one) => ({ value: one.code, label: one.path.join(" / "), department: one.department }));
}

/** Options whose label, department or value holds all the words. */
export function findOptions(options: readonly FieldOption[], query: string, limit = 200): FieldOption[] {
  const words = query.trim().toLowerCase().split(/[\s/>]+/).filter(Boolean);
  if (words.length === 0) return options.slice(0, limit);
  return options
    .filter((option) => {
      const where = `${option.label} ${option.department} ${option.value}`.toLowerCase();
      return words.every((word) => where.includes(word));
    })
    .slice(0, limit);
}
