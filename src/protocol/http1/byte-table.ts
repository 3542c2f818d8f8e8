/** A table of 256 entries: 1 for every byte that belongs, else 0. */
export function byteTable(belongs: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (belongs(byte) ? 1 : 0));
}
