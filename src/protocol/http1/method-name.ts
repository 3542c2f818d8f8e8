import { byteString } from '../byte-string.ts';

const KNOWN = ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', 'REPORT', 'OPTIONS', 'PROPFIND'];

/** By length and first two bytes, which tell the known ones apart. */
const CANDIDATES = new Map(
  KNOWN.map((name) => [key(name.length, name.charCodeAt(0), name.charCodeAt(1)), name]),
);

function key(length: number, first: number, second: number): number {
  return (length << 16) | (first << 8) | second;
}

/** The method as a string; no new string is made for the common ones. */
export function methodName(bytes: Uint8Array, start: number, end: number): string {
  // Nearly every request is a GET.
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54)
    return 'GET';
  if (end - start >= 2) {
    const name = CANDIDATES.get(key(end - start, bytes[start] as number, bytes[start + 1] as number));
    if (name !== undefined && isExactly(bytes, start, name)) return name;
  }
  return byteString(bytes, start, end);
}

function isExactly(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}
