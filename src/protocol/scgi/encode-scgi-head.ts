import { type Refusal, refusal } from '../../core/refusal.ts';
import type { View } from '../../core/view.ts';
import { writeByteString } from '../write-byte-string.ts';
import type { ScgiScratch } from './scgi-scratch.ts';

/** Room in front of the variables for what is known last: length, colon, `CONTENT_LENGTH`, NUL, length of the body, NUL. */
const FRONT = 64;

/**
 * The head of an SCGI request: a netstring of names and values, CONTENT_LENGTH first, then SCGI. The bytes are the
 * caller's own. Source: SCGI, A Simple Common Gateway Interface alternative, 2008.
 *
 * Refused with 400: a value that has a NUL or is no byte string. With 500: a name that is empty, has such a unit or is
 * repeated, and a length that is no whole number from 0; these are not the visitor's fault.
 *
 * @param contentLength bytes of the body; whatever the view says of CONTENT_LENGTH and SCGI is left out
 */
export function encodeScgiHead(
  view: View,
  contentLength: number,
  scratch: ScgiScratch,
): Uint8Array | Refusal {
  if (!Number.isSafeInteger(contentLength) || contentLength < 0) {
    return refusal(500, 'scgi/bad-length', `expected a whole number of bytes, found ${contentLength}`);
  }
  scratch.begin();
  let at = writeByteString(scratch.bytes, FRONT, 'SCGI\x001\0');
  let perhapsRepeated = false;
  for (const [name, value] of view.entries()) {
    if (name === 'CONTENT_LENGTH' || name === 'SCGI') continue;
    if (scratch.mark(name)) perhapsRepeated = true;
    const bytes = scratch.reserve(at, name.length + value.length + 3);
    const nameEnd = writeByteString(bytes, at, name, false);
    if (nameEnd <= at) return badName(name);
    bytes[nameEnd] = 0;
    at = writeByteString(bytes, nameEnd + 1, value, false);
    if (at < 0) return refusal(400, 'scgi/bad-value', `expected bytes without NUL in ${name}`);
    bytes[at++] = 0;
  }
  if (perhapsRepeated) {
    const repeated = repeatedName(view);
    if (repeated !== undefined) return badName(repeated);
  }
  const bytes = scratch.bytes;
  bytes[at] = 0x2c;
  const body = `CONTENT_LENGTH\0${contentLength}\0`;
  const front = `${at - FRONT + body.length}:${body}`;
  const from = FRONT - front.length;
  writeByteString(bytes, from, front);
  return bytes.slice(from, at + 1);
}

/** Sure, and as dear as all the rest; linear, so that names chosen to look alike cost no more than that. */
function repeatedName(view: View): string | undefined {
  const names = new Set<string>();
  for (const [name] of view.entries()) {
    if (name === 'CONTENT_LENGTH' || name === 'SCGI') continue;
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}

function badName(name: string): Refusal {
  return refusal(
    500,
    'scgi/bad-name',
    `expected names that are not empty and unique, found ${JSON.stringify(name)}`,
  );
}
