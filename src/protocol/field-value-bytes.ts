/**
 * 1 for each byte that a field value may have (RFC 9110, section 5.5): what can be seen, space, tab and the bytes
 * from 128, which old programs do send; else 0.
 */
export const fieldValueBytes: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x09 || (byte >= 0x20 && byte !== 0x7f) ? 1 : 0,
);
