import type { Random } from '../../src/core/random.ts';

/** Bytes that mean something to some parser, or lie at the edge of a range. */
const TELLING = [
  0, 9, 10, 11, 13, 32, 34, 35, 37, 43, 44, 45, 46, 47, 48, 57, 58, 59, 63, 65, 95, 127, 128, 255,
];
const LONGEST = 4096;

/** One to eight changes: bytes replaced, put in, taken out, doubled, moved in from another seed, cut off. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const below = (bound: number) => Math.floor(random() * bound);
  const pick = () => seeds[below(seeds.length)] ?? new Uint8Array(0);
  const byte = () => (random() < 0.7 ? (TELLING[below(TELLING.length)] ?? 0) : below(256));
  const bytes = [...pick()];
  for (let change = below(8); change >= 0; change--) {
    const at = below(bytes.length + 1);
    const length = below(random() < 0.8 ? 4 : 40);
    const kind = below(7);
    if (kind === 0) bytes.splice(at, 1, byte());
    else if (kind === 1) bytes.splice(at, 0, byte());
    else if (kind === 2) bytes.splice(at, length);
    else if (kind === 3) bytes.splice(at, 0, ...bytes.slice(at, at + length * 4));
    else if (kind === 4) bytes.splice(at, 0, ...new Array<number>(length * 8).fill(byte()));
    else if (kind === 5) bytes.splice(at, length, ...pick().slice(below(20)));
    else bytes.length = Math.max(at, bytes.length >> 1);
  }
  return Uint8Array.from(bytes.slice(0, LONGEST));
}
