/** One codec under fuzz. */
export interface CodecTarget {
  readonly name: string;
  /** Good inputs, to be spoiled. */
  readonly seeds: readonly string[];
  /**
   * What the codec makes of the input in these pieces, as something to compare: it must be the same for all ways to cut.
   * Throws where something that must always hold does not.
   */
  run(chunks: readonly Uint8Array[]): unknown;
}
