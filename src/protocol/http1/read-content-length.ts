import { type Refusal, refusal } from '../../core/refusal.ts';
import { excerpt } from './excerpt.ts';

/**
 * `1*DIGIT` (RFC 9110, section 8.6). A list of equal numbers, which that section lets a recipient take, is refused: not everyone
 * behind us or before us would read the same in it.
 */
export function readContentLength(bytes: Uint8Array, start: number, end: number): number | Refusal {
  let length = start === end ? -1 : 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) {
      length = -1;
      break;
    }
    // May lose digits, but never gets smaller again.
    length = length * 10 + digit;
  }
  if (length < 0) {
    return refusal(
      400,
      'http/bad-content-length',
      `expected Content-Length in digits, found ${excerpt(bytes, start, end)}`,
    );
  }
  if (length > Number.MAX_SAFE_INTEGER) {
    return refusal(
      413,
      'http/content-length-too-large',
      `expected less than 2^53 bytes, found ${excerpt(bytes, start, end)}`,
    );
  }
  return length;
}
