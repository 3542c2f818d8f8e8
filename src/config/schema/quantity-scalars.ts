import { DURATION_PATTERN, formatDuration, parseDuration } from '../duration.ts';
import { formatSize, parseSize, SIZE_PATTERN } from '../size.ts';
import { scalar } from './scalar.ts';

/** Timers take at most 2^31 - 1 milliseconds. */
const LONGEST_MS = 20 * 24 * 3_600_000;

/** Reads milliseconds. */
export function duration(leastMs = 1, mostMs = LONGEST_MS) {
  const expected = `a duration such as 250ms, 5s, 2m or 1h, from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
  return scalar('duration', DURATION_PATTERN, expected, (text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= leastMs && ms <= mostMs ? ms : undefined;
  });
}

/** Reads bytes. */
export function size(least: number, most: number) {
  const bounds = `from ${formatSize(least)} to ${formatSize(most)}`;
  return scalar('size', SIZE_PATTERN, `a size such as 512B, 64KiB or 20MB, ${bounds}`, (text) => {
    const bytes = parseSize(text);
    return bytes !== undefined && bytes >= least && bytes <= most ? bytes : undefined;
  });
}
