/**
 * Writes a byte string into `target` from `at`, where there must be room for it, and returns the offset after it.
 * Returns -1 where a unit is no byte, or is NUL and `nul` does not allow it; then part of it may have been written.
 *
 * Cutting a unit down to its low byte would let U+010D or U+0100 pass every check as letters and leave as CR or NUL.
 */
export function writeByteString(target: Uint8Array, at: number, text: string, nul = true): number {
  const least = nul ? 0 : 1;
  const length = text.length;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < least || unit > 255) return -1;
    target[at + index] = unit;
  }
  return at + length;
}
