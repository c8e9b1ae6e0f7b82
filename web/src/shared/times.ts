/** Times as people write them, always in the hotline's own zone, wherever the reader is. Zones are IANA names. */

/** Making a formatter is slow on old phones and lists ask for many times, so each is made once. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function written(at: number, timezone: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${timezone} ${locale} ${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: timezone });
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

/** 2026-11-22 */
export function dayOf(at: number, timezone: string): string {
  return written(at, timezone, "en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
}

/** 14:05; empty for a time that is not known (0). */
export function hourMinute(at: number, timezone: string): string {
  return at === 0 ? "" : written(at, timezone, "zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** 11月21日, with the year if it is another than that of `now`; `more` adds to it. */
export function dateWords(at: number, now: number, timezone: string, more: Intl.DateTimeFormatOptions = {}): string {
  const sameYear = dayOf(at, timezone).slice(0, 4) === dayOf(now, timezone).slice(0, 4);
  return written(at, timezone, "zh-CN", { ...(sameYear ? {} : { year: "numeric" }), month: "long", day: "numeric", ...more });
}

/** 2:05, or 1:02:05. */
export function clockWords(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes}:${two(all % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(all % 60)}`;
}
