import { type Refusal, refusal } from '../../core/refusal.ts';
import { byteString } from '../byte-string.ts';
import { writeByteString } from '../write-byte-string.ts';

export interface SplitTarget {
  /** Decoded and without dot segments; begins with a slash, has no NUL. A byte string. */
  readonly path: string;
  /** As it was sent, without its question mark; empty where there is none. */
  readonly query: string;
}

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;

/** What no target has: controls, space, DEL, a fragment (RFC 9112, section 3.2), a unit that is no byte. */
const FOREIGN = /[^!"$-~\x80-\xff]/;
/** Needs work: an escape, or a segment that begins with a dot. */
const UNUSUAL = /%|\/\./;

/** The value of each hexadecimal digit, and 255 for any other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/**
 * Splits the path and query of a request target (origin-form: RFC 9112, section 3.2.1). Escapes are decoded once, encoded
 * slashes included, and only then are `.` and `..` segments removed (RFC 3986, section 5.2.4): what is compared with
 * routes and opened as a file is what was checked. Double slashes are kept.
 *
 * Refused with 400: no slash at the start, a foreign byte, a bad escape, `%00`, a path that climbs above the root.
 */
export function splitTarget(target: string): SplitTarget | Refusal {
  if (target.charCodeAt(0) !== SLASH) return bad('a path that begins with a slash');
  if (FOREIGN.test(target)) return bad('printable bytes');
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  if (!UNUSUAL.test(raw)) return { path: raw, query };
  const path = decode(raw);
  return typeof path === 'string' ? { path, query } : path;
}

/**
 * In place, in one pass: bytes move to the front, and each segment is looked at when it ends. What `..` takes back is
 * walked over once more and then gone, so the whole is linear.
 */
function decode(raw: string): string | Refusal {
  const bytes = new Uint8Array(raw.length);
  writeByteString(bytes, 0, raw);
  let segment = 1;
  let end = 1;
  for (let at = 1; at < bytes.length; at++) {
    let byte = bytes[at] as number;
    if (byte === PERCENT) {
      const high = HEX[bytes[at + 1] ?? 0] as number;
      const low = HEX[bytes[at + 2] ?? 0] as number;
      if (high > 15 || low > 15) return bad('two hexadecimal digits after each %');
      byte = high * 16 + low;
      if (byte === 0) return bad('no %00');
      at += 2;
    }
    if (byte !== SLASH) {
      bytes[end++] = byte;
      continue;
    }
    const kept = withoutDots(bytes, segment, end);
    if (kept < 0) return bad('a path that stays below the root');
    // The slash before a dot segment stays and stands for the one after it.
    if (kept < end) end = kept;
    else bytes[end++] = SLASH;
    segment = end;
  }
  end = withoutDots(bytes, segment, end);
  return end < 0 ? bad('a path that stays below the root') : byteString(bytes, 0, end);
}

/** Where the path ends when its last segment, `from` to `end`, has been taken for what it says; -1 above the root. */
function withoutDots(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[from] !== DOT) return end;
  if (end - from === 1) return from;
  if (end - from !== 2 || bytes[from + 1] !== DOT) return end;
  if (from === 1) return -1;
  let parent = from - 1;
  while (bytes[parent - 1] !== SLASH) parent--;
  return parent;
}

function bad(expected: string): Refusal {
  return refusal(400, 'http/bad-target', `expected ${expected} in the request target`);
}
