/** More digits are not exact in a number. */
const MOST_DIGITS = 15;

/** The number that the bytes `from` to `to` (not included) write in decimal; -1 where that is no number or over 15 digits. */
export function decimalValue(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to || to - from > MOST_DIGITS) return -1;
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = (bytes[index] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
