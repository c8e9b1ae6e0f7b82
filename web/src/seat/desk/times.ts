/** Times as the console writes them, always in the hotline's own zone. */

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

/** 14:05 */
export function hourMinute(at: number, timezone: string): string {
  return at === 0 ? "" : written(at, timezone, "zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** 14:05 today, else 11月21日 14:05, with the year if it is another one. */
export function dayTime(at: number, now: number, timezone: string): string {
  if (at === 0) return "";
  const day = (time: number): string => written(time, timezone, "en-CA", { dateStyle: "short" });
  if (day(at) === day(now)) return hourMinute(at, timezone);
  const sameYear = day(at).slice(0, 4) === day(now).slice(0, 4);
  const date = written(at, timezone, "zh-CN", { ...(sameYear ? {} : { year: "numeric" }), month: "long", day: "numeric" });
  return `${date} ${hourMinute(at, timezone)}`;
}

/** 约 3 分钟 for figures of the lead view: 42 秒, 3 分 05 秒. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} 秒`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分 ${String(Math.round(seconds % 60)).padStart(2, "0")} 秒`;
  return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`;
}
