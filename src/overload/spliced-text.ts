/**
 * Stand-ins for what differs from visitor to visitor. Unicode noncharacters (chapter 23.7): never valid in text that comes from
 * outside, and no escaping of HTML or JSON touches them.
 */
export const HOLES = { requestId: '\uFDD0', retryAfter: '\uFDD1' } as const;

/** UTF-8 bytes with holes, prepared once; each `fill` is one allocation and a few copies. */
export class SplicedText {
  /** Bytes before each hole, and after the last one. */
  readonly #segments: readonly Uint8Array[];
  readonly #holes: readonly ('requestId' | 'retryAfter')[];
  readonly #bytes: number;
  readonly #idHoles: number;
  readonly #escapeId: (id: string) => string;

  /** `text` has `HOLES` in it; `escapeId` is what this kind of text needs for an id with unusual characters. */
  constructor(text: string, escapeId: (id: string) => string) {
    const parts = text.split(/([\uFDD0\uFDD1])/);
    this.#segments = parts.filter((_, index) => index % 2 === 0).map((part) => Buffer.from(part));
    this.#holes = parts
      .filter((_, index) => index % 2 === 1)
      .map((hole) => (hole === HOLES.requestId ? 'requestId' : 'retryAfter'));
    this.#bytes = this.#segments.reduce((sum, segment) => sum + segment.length, 0);
    this.#idHoles = this.#holes.filter((hole) => hole === 'requestId').length;
    this.#escapeId = escapeId;
  }

  /** `id`: a byte string. `retryAfter`: digits. */
  fill(id: string, retryAfter: string): Uint8Array {
    const shownId = /^[\w.:-]*$/.test(id) ? id : asciiOf(this.#escapeId(id));
    const retryHoles = this.#holes.length - this.#idHoles;
    // Every byte is written below: no zeros needed first.
    const bytes = Buffer.allocUnsafeSlow(
      this.#bytes + this.#idHoles * shownId.length + retryHoles * retryAfter.length,
    );
    let offset = 0;
    for (let index = 0; index < this.#segments.length; index++) {
      const segment = this.#segments[index];
      if (segment !== undefined) {
        bytes.set(segment, offset);
        offset += segment.length;
      }
      const hole = this.#holes[index];
      if (hole !== undefined)
        offset += bytes.write(hole === 'requestId' ? shownId : retryAfter, offset, 'latin1');
    }
    return bytes;
  }
}

/** One byte for each character, and the same in UTF-8 as in latin-1. */
function asciiOf(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
