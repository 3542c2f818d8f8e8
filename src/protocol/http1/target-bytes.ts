import { byteTable } from './byte-table.ts';

/**
 * 1 for the bytes taken in a request target: visible ASCII but `#`, and 0x80 to 0xFF. RFC 3986 allows fewer, but visitors send
 * `|`, `"` and raw UTF-8, and no reader takes those for something else. A fragment is different: some readers cut it off.
 */
export const TARGET_BYTES = byteTable((byte) => byte > 0x20 && byte !== 0x7f && byte !== '#'.charCodeAt(0));
