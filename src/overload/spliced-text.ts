import { HOLES, type HoleName } from './holes.ts';

/** What goes into the holes; a string has ASCII only. What is missing is nothing. */
export type Filling = Readonly<Partial<Record<HoleName, string | Uint8Array>>>;

export interface FilledText {
  /** The bytes, an array of the caller's own. */
  fill(filling: Filling): Uint8Array;
}

const NAMES = new Map(Object.entries(HOLES).map(([name, hole]) => [hole as string, name as HoleName]));
const SPLIT = new RegExp(`([${Object.values(HOLES).join('')}])`);

/** `segments`: what stands before each hole, and after the last one, in UTF-8. */
export function cutAtHoles(text: string): {
  readonly segments: readonly Uint8Array[];
  readonly holes: readonly HoleName[];
} {
  const parts = text.split(SPLIT);
  return {
    segments: parts.filter((_, index) => index % 2 === 0).map((part) => Buffer.from(part)),
    holes: parts.map((part) => NAMES.get(part)).filter((name) => name !== undefined),
  };
}

/** UTF-8 bytes with holes, prepared once; each `fill` is one allocation and a few copies. */
export class SplicedText implements FilledText {
  readonly #segments: readonly Uint8Array[];
  readonly #holes: readonly HoleName[];
  readonly #bytes: number;

  /** `text` has `HOLES` in it. */
  constructor(text: string) {
    const { segments, holes } = cutAtHoles(text);
    this.#segments = segments;
    this.#holes = holes;
    this.#bytes = segments.reduce((sum, segment) => sum + segment.length, 0);
  }

  fill(filling: Filling): Uint8Array {
    let length = this.#bytes;
    for (const name of this.#holes) length += filling[name]?.length ?? 0;
    // Every byte is written below: no zeros needed first.
    const bytes = Buffer.allocUnsafeSlow(length);
    let offset = 0;
    for (let index = 0; index < this.#segments.length; index++) {
      offset = putBytes(bytes, this.#segments[index], offset);
      const hole = this.#holes[index];
      if (hole !== undefined) offset = putBytes(bytes, filling[hole], offset);
    }
    return bytes;
  }
}

/** Returns where the next bytes go. */
export function putBytes(bytes: Buffer, value: string | Uint8Array | undefined, offset: number): number {
  if (value === undefined) return offset;
  if (typeof value === 'string') {
    // A few characters: cheaper one by one than by a call out of the language.
    for (let index = 0; index < value.length; index++) bytes[offset + index] = value.charCodeAt(index);
    return offset + value.length;
  }
  bytes.set(value, offset);
  return offset + value.length;
}
