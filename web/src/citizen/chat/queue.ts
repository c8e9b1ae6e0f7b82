/** The place in the queue in words. */

import type { QueuePlace } from "./wire";

export function placeWords(place: QueuePlace | null): string {
  if (place === null) return "正在为您排队，请稍候";
  const ahead = place.position - 1;
  const where = ahead === 0 ? "下一位就是您" : `您前面还有 ${ahead} 位`;
  return `${where}，${waitWords(place.low_min, place.high_min, place.skilled)}`;
}

function waitWords(low: number, high: number, skilled: boolean): string {
  if (high < 1) return skilled ? "要等多久现在说不准" : "现在没有就绪的坐席，要等多久说不准";
  if (high === 1) return "约 1 分钟内";
  return low >= high ? `约 ${high} 分钟` : `约 ${Math.max(low, 1)}–${high} 分钟`;
}
