/** Small readers for what comes from the network: whatever is not of the expected type becomes its empty value. */

export type Json = Record<string, unknown>;

export function isObject(raw: unknown): raw is Json {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** What one frame of the line says; null for what is no frame. */
export function frame(data: string): Json | null {
  try {
    const raw: unknown = JSON.parse(data);
    return isObject(raw) ? raw : null;
  } catch {
    return null;
  }
}

export function object(raw: unknown): Json {
  return isObject(raw) ? raw : {};
}

export function list(raw: unknown): Json[] {
  return Array.isArray(raw) ? raw.filter(isObject) : [];
}

export function texts(raw: unknown): string[] {
  return Array.isArray(raw) ? raw.map(text).filter((value) => value !== "") : [];
}

export function text(raw: unknown): string {
  if (typeof raw === "string") return raw;
  return typeof raw === "number" ? String(raw) : "";
}

/** A whole number of at least 0; anything else is 0. */
export function whole(raw: unknown): number {
  return typeof raw === "number" && Number.isFinite(raw) && raw >= 0 ? Math.round(raw) : 0;
}

/** Any finite number; anything else is `otherwise`. */
export function figure(raw: unknown, otherwise = 0): number {
  return typeof raw === "number" && Number.isFinite(raw) ? raw : otherwise;
}

/** Milliseconds since 1970 of an ISO time; 0 where there is none. */
export function moment(raw: unknown): number {
  const at = Date.parse(text(raw));
  return Number.isNaN(at) ? 0 : at;
}

export function oneOf<T extends string>(raw: unknown, known: readonly T[], otherwise: T): T {
  return known.includes(raw as T) ? (raw as T) : otherwise;
}
