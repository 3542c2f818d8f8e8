import { crc32 } from 'node:zlib';
import { CRC_POLYNOMIAL, CrcShift } from './crc-shift.ts';
import { deflatedBlocks } from './deflated-blocks.ts';
import { GZIP_HEADER, GZIP_TRAILER, putStoredHeader, STORED_HEADER } from './gzip-parts.ts';
import type { HoleName } from './holes.ts';
import { cutAtHoles, type FilledText, type Filling, putBytes } from './spliced-text.ts';

const CRC_OF_BYTE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  return crc;
});

interface CompressedSegment {
  /** Whole deflate blocks that end on a byte. */
  readonly blocks: Uint8Array;
  readonly crc: number;
  readonly shift: CrcShift;
}

/**
 * A text with holes as a gzip file: what is always the same was compressed once, what goes into the holes is stored as it is, and the checksum
 * is put together of those of the parts.
 */
export class CompressedText implements FilledText {
  readonly #segments: readonly CompressedSegment[];
  readonly #holes: readonly HoleName[];
  /** Uncompressed, without what goes into the holes. */
  readonly #bytes: number;

  constructor(text: string) {
    const { segments, holes } = cutAtHoles(text);
    this.#segments = segments.map(compress);
    this.#holes = holes;
    this.#bytes = segments.reduce((sum, segment) => sum + segment.length, 0);
  }

  fill(filling: Filling): Uint8Array {
    const segments = this.#segments;
    let length = GZIP_HEADER.length + STORED_HEADER + GZIP_TRAILER;
    for (const { blocks } of segments) length += blocks.length;
    for (const name of this.#holes) length += STORED_HEADER + (filling[name]?.length ?? 0);
    const bytes = Buffer.allocUnsafeSlow(length);
    bytes.set(GZIP_HEADER, 0);
    let offset = GZIP_HEADER.length;
    let whole = this.#bytes;
    let crc = 0;
    for (let index = 0; index < segments.length; index++) {
      const segment = segments[index];
      if (segment !== undefined) {
        offset = putBytes(bytes, segment.blocks, offset);
        crc = (segment.shift.of(crc) ^ segment.crc) >>> 0;
      }
      const hole = this.#holes[index];
      if (hole === undefined) continue;
      const value = filling[hole];
      const size = value?.length ?? 0;
      offset = putBytes(bytes, value, putStoredHeader(bytes, offset, size, false));
      crc = crcOf(bytes, offset - size, offset, crc);
      whole += size;
    }
    offset = putStoredHeader(bytes, offset, 0, true);
    offset = bytes.writeUInt32LE(crc, offset);
    bytes.writeUInt32LE(whole, offset);
    return bytes;
  }
}

/** CRC-32 by bytes, going on from `before`: what goes into a hole is short, and a call out of the language is not. */
function crcOf(bytes: Uint8Array, from: number, to: number, before: number): number {
  let crc = ~before;
  for (let index = from; index < to; index++)
    crc = (CRC_OF_BYTE[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function compress(segment: Uint8Array): CompressedSegment {
  return { blocks: deflatedBlocks(segment), crc: crc32(segment), shift: new CrcShift(segment.length) };
}
