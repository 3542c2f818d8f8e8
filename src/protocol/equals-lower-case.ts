/** Each byte with the ASCII letters in lower case. A table and not `byte | 32`, which makes a hyphen of a CR. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte,
);

/** Are the bytes `from` to `to` (not included) equal to `lower` but for the case of ASCII letters? `lower` has none in upper case. */
export function equalsLowerCase(bytes: Uint8Array, from: number, to: number, lower: Uint8Array): boolean {
  const length = lower.length;
  if (to - from !== length) return false;
  for (let index = 0; index < length; index++) {
    if (LOWER[bytes[from + index] as number] !== lower[index]) return false;
  }
  return true;
}
