/** A counter of the kernel as it was read at one instant, and the share of the time that was reckoned from it then. */
export interface KeptShare {
  /** Milliseconds since boot. */
  readonly atMs: number;
  /** How much had been counted, in a unit of which a whole is `whole`. */
  readonly part: number;
  readonly whole: number;
  readonly share: number | undefined;
}

export type KeptShares = Readonly<Record<string, KeptShare>>;

/** Between two looks at a counter, milliseconds: less, and one tick of the kernel would be everything. */
const SHORTEST_MS = 100;
/** What is counted over a longer time says nothing of this moment. */
const LONGEST_MS = 5_000;

/**
 * Shares of the time need two looks at a counter, and a one-shot process has only one: the other is that of an earlier
 * process, which has kept it.
 */
export class ShareReckoner {
  readonly #before: KeptShares;
  readonly kept: Record<string, KeptShare> = {};

  constructor(before: KeptShares) {
    this.#before = before;
  }

  /** `meanwhile`: what stands in where nobody has looked lately. */
  share(
    name: string,
    now: { readonly part: number; readonly whole: number },
    atMs: number,
    meanwhile?: number,
  ): number | undefined {
    const before = this.#before[name];
    const elapsedMs = before === undefined ? Number.POSITIVE_INFINITY : atMs - before.atMs;
    if (before !== undefined && elapsedMs >= 0 && elapsedMs < SHORTEST_MS) {
      this.kept[name] = before;
      return before.share ?? meanwhile;
    }
    const known =
      before !== undefined && elapsedMs >= 0 && elapsedMs <= LONGEST_MS && now.whole > before.whole;
    const share = known
      ? Math.min(1, Math.max(0, (now.part - before.part) / (now.whole - before.whole)))
      : undefined;
    this.kept[name] = { atMs, ...now, share };
    return share ?? meanwhile;
  }
}
