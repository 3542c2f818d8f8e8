import { constants, crc32, deflateRawSync } from 'node:zlib';
import { CRC_POLYNOMIAL, CrcShift } from './crc-shift.ts';
import type { HoleName } from './holes.ts';
import { cutAtHoles, type FilledText, type Filling, putBytes } from './spliced-text.ts';

/** RFC 1952, section 2.3: no name, no time, an unknown system. */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255);
/** RFC 1951, section 3.2.4: the header of a stored block is a byte, here with nothing but its type, and its length twice. */
const STORED_HEADER = 5;
/** Below this a compressed piece would be longer than a stored one. */
const LEAST_COMPRESSED = 48;

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
    let length = GZIP_HEADER.length + STORED_HEADER + 8;
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
      offset = putBytes(bytes, value, storedHeader(bytes, offset, size, false));
      crc = crcOf(bytes, offset - size, offset, crc);
      whole += size;
    }
    offset = storedHeader(bytes, offset, 0, true);
    offset = bytes.writeUInt32LE(crc, offset);
    bytes.writeUInt32LE(whole, offset);
    return bytes;
  }
}

function storedHeader(bytes: Buffer, offset: number, length: number, last: boolean): number {
  bytes[offset] = last ? 1 : 0;
  bytes.writeUInt16LE(length, offset + 1);
  return bytes.writeUInt16LE(length ^ 0xffff, offset + 3);
}

/** CRC-32 by bytes, going on from `before`: what goes into a hole is short, and a call out of the language is not. */
function crcOf(bytes: Uint8Array, from: number, to: number, before: number): number {
  let crc = ~before;
  for (let index = from; index < to; index++)
    crc = (CRC_OF_BYTE[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function compress(segment: Uint8Array): CompressedSegment {
  const crc = crc32(segment);
  const shift = new CrcShift(segment.length);
  if (segment.length >= LEAST_COMPRESSED) {
    const options = { level: 9, memLevel: 9, finishFlush: constants.Z_FULL_FLUSH };
    return { blocks: deflateRawSync(segment, options), crc, shift };
  }
  const blocks = Buffer.alloc(segment.length === 0 ? 0 : STORED_HEADER + segment.length);
  if (segment.length > 0) blocks.set(segment, storedHeader(blocks, 0, segment.length, false));
  return { blocks, crc, shift };
}
