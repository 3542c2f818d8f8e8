import type { Random } from '../../src/core/random.ts';

/** One codec under fuzz. */
export interface CodecTarget {
  readonly name: string;
  /** Good inputs, to be spoiled. */
  readonly seeds: readonly string[];
  /** An input as the grammar has it, with a mistake or two: what mere spoiling of bytes hardly ever reaches. */
  readonly nearValid?: (random: Random) => string;
  /**
   * What the codec makes of the input in these pieces, as something to compare: it must be the same for all ways to cut.
   * Throws where something that must always hold does not.
   */
  run(chunks: readonly Uint8Array[]): unknown;
}
