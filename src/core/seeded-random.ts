import type { Random } from './random.ts';

/** The same numbers in [0, 1) for the same seed: xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
export function seededRandom(seed: number): Random {
  // Never zero, from which xorshift would not move; and far apart for seeds that are neighbours.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
