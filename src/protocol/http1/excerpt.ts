import { byteString } from '../byte-string.ts';

const MAX_BYTES = 40;

/** What was found, for a message: quoted, bounded, and in visible ASCII only, since terminals obey some of the bytes over 127. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  const quoted = JSON.stringify(byteString(bytes, start, Math.min(end, start + MAX_BYTES))).replace(
    /[^ -~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return end - start <= MAX_BYTES ? quoted : `${quoted} and ${end - start - MAX_BYTES} bytes more`;
}
