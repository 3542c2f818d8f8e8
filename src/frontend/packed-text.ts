import { GZIP_HEADER, GZIP_TRAILER, putStoredHeader, STORED_HEADER } from '../overload/gzip-parts.ts';
import type { HoleName } from '../overload/holes.ts';
import { type FilledText, type Filling, SplicedText } from '../overload/spliced-text.ts';

/** Deflate blocks; or a value, or what goes into a hole, to be stored as it is. */
export type TextPart = Uint8Array | { readonly value: string } | { readonly hole: HoleName };

/**
 * A text with holes as a gzip file of blocks that were compressed beforehand. For a process that fills it once: the checksum is that of the whole text,
 * which costs less than what would save it (see `CompressedText`).
 */
export class PackedText implements FilledText {
  readonly #text: string;
  readonly #parts: readonly TextPart[];

  /** `parts`, one after the other, are `text`. */
  constructor(text: string, parts: readonly TextPart[]) {
    this.#text = text;
    this.#parts = parts;
  }

  fill(filling: Filling): Uint8Array {
    const whole = new SplicedText(this.#text).fill(filling);
    const pieces: Uint8Array[] = [GZIP_HEADER];
    for (const part of this.#parts) {
      if (part instanceof Uint8Array) {
        pieces.push(part);
        continue;
      }
      const value = 'value' in part ? part.value : (filling[part.hole] ?? '');
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      if (bytes.length > 0) pieces.push(storedHeader(bytes.length, false), bytes);
    }
    const trailer = Buffer.allocUnsafeSlow(GZIP_TRAILER);
    // Part of the runtime: `node:zlib` would have to be loaded.
    trailer.writeUInt32LE(Bun.hash.crc32(whole), 0);
    trailer.writeUInt32LE(whole.length, 4);
    pieces.push(storedHeader(0, true), trailer);
    return Buffer.concat(pieces);
  }
}

function storedHeader(length: number, last: boolean): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(STORED_HEADER);
  putStoredHeader(bytes, 0, length, last);
  return bytes;
}
