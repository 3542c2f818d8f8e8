import { constants, deflateRawSync } from 'node:zlib';
import { putStoredHeader, STORED_HEADER } from './gzip-parts.ts';

/** Below this a compressed piece would be longer than a stored one. */
const LEAST_COMPRESSED = 48;

/** Whole deflate blocks that end on a byte and refer to nothing before them, none of them the last one: pieces of a gzip file that fit in any order. */
export function deflatedBlocks(segment: Uint8Array): Uint8Array {
  if (segment.length >= LEAST_COMPRESSED)
    return deflateRawSync(segment, { level: 9, memLevel: 9, finishFlush: constants.Z_FULL_FLUSH });
  const blocks = Buffer.alloc(segment.length === 0 ? 0 : STORED_HEADER + segment.length);
  if (segment.length > 0) blocks.set(segment, putStoredHeader(blocks, 0, segment.length, false));
  return blocks;
}
