/** How an order's number and time limit are written for people. */

/** Twelve digits as 261122-00015-9; anything else unchanged. */
export function formatOrderNumber(number: string): string {
  const digits = /^(\d{6})-?(\d{5})-?(\d)$/.exec(number.trim());
  return digits === null ? number : `${digits[1]}-${digits[2]}-${digits[3]}`;
}

/** "11月29日 18:00 前"; a text that is no time is shown as it came. */
export function formatDue(due: string, timezone: string): string {
  const at = Date.parse(due);
  if (due === "" || Number.isNaN(at)) return due;
  const label = new Intl.DateTimeFormat("zh-CN", {
    timeZone: timezone,
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return `${label} 前`;
}
