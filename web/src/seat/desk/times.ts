/** Times as the console writes them. */

import { dateWords, dayOf, hourMinute } from "../../shared/times";

/** 14:05 today, else 11月21日 14:05, with the year if it is another one; empty for a time that is not known (0). */
export function dayTime(at: number, now: number, timezone: string): string {
  if (at === 0) return "";
  const time = hourMinute(at, timezone);
  return dayOf(at, timezone) === dayOf(now, timezone) ? time : `${dateWords(at, now, timezone)} ${time}`;
}

/** 约 3 分钟 for figures of the lead view: 42 秒, 3 分 05 秒. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} 秒`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分 ${String(Math.round(seconds % 60)).padStart(2, "0")} 秒`;
  return `${Math.floor(seconds / 3600)} 小时 ${Math.floor((seconds % 3600) / 60)} 分`;
}
