import { equalsLowerCase } from '../equals-lower-case.ts';

const HTAB = 0x09;
const SP = 0x20;
const COMMA = 0x2c;

/** Has a list (`a, b`: RFC 9110, section 5.6.1) this word in it, in whatever case? `word` is lower case. */
export function hasListMember(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  let from = start;
  for (let at = start; at <= end; at += 1) {
    if (at < end && bytes[at] !== COMMA) continue;
    let to = at;
    while (from < to && isBlank(bytes[from])) from += 1;
    while (to > from && isBlank(bytes[to - 1])) to -= 1;
    if (equalsLowerCase(bytes, from, to, word)) return true;
    from = at + 1;
  }
  return false;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB;
}
