/** Waiting times between attempts to reconnect: doubling, bounded, spread so that a restart is not a stampede. */

export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 15_000;

/**
 * @param attempt 0 for the first attempt after a good connection
 * @param random in [0, 1), spreads the delay between half and the whole of its step
 * @returns delay in milliseconds
 */
export function reconnectDelay(attempt: number, random: number): number {
  const step = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(step * (0.5 + random / 2));
}
