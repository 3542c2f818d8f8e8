import type { Random } from '../../../src/core/random.ts';

/** How often somebody who was shed comes back before giving up. */
export const MOST_RETRIES = 5;
/** So that waits end within the time of a measurement. */
const LONGEST_RETRY_AFTER_MS = 2000;
const FIRST_BACK_OFF_MS = 250;

/**
 * How long a visitor who was shed waits. Who was told a time comes no earlier than that and at most a quarter later; others wait 250 ms
 * after the first attempt and twice as long after each further one, of which chance takes up to half.
 * @param attempts how many were made, from 1
 * @param retryAfterMs what the answer said; nothing where it said nothing
 * @returns milliseconds; nothing where the visitor gives up
 */
export function retryDelayMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: Random,
): number | undefined {
  if (attempts > MOST_RETRIES) return undefined;
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) * (1 + random() / 4);
  return FIRST_BACK_OFF_MS * 2 ** (attempts - 1) * (0.5 + random() / 2);
}
