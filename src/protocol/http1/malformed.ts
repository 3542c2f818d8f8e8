import { type Refusal, refusal } from '../../core/refusal.ts';

/** 400 for one byte that should not be where it is; `offset` counts from the first byte of the request's head or body. */
export function malformed(code: string, expected: string, found: number, offset: number): Refusal {
  return refusal(400, code, `expected ${expected}, found ${named(found)} at byte ${offset}`);
}

function named(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return `"${String.fromCharCode(byte)}"`;
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
