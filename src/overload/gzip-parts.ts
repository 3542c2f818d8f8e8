/** RFC 1952, section 2.3: no name, no time, an unknown system. */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255);
/** RFC 1951, section 3.2.4: the header of a stored block is a byte, here with nothing but its type, and its length twice. */
export const STORED_HEADER = 5;
/** The checksum and the length of what was compressed, 32 bits each. */
export const GZIP_TRAILER = 8;

/** Returns where the bytes of the block go. */
export function putStoredHeader(bytes: Buffer, offset: number, length: number, last: boolean): number {
  bytes[offset] = last ? 1 : 0;
  bytes.writeUInt16LE(length, offset + 1);
  return bytes.writeUInt16LE(length ^ 0xffff, offset + 3);
}
