import type { Ground } from '../core/ground.ts';

/** What of it is recorded at most: a policy may return a list without an end. */
const MOST = 16;
const LONGEST = 200;
const COMPARISONS = ['<', '<=', '>=', '>'];

/** What a policy says of its answer, checked and copied. Throws a TypeError where it is against the contract. */
export function checkedGrounds(grounds: readonly Ground[]): readonly Ground[] {
  if (!Array.isArray(grounds)) throw new TypeError(`expected a list of grounds, found ${typeof grounds}`);
  return grounds
    .slice(0, MOST)
    .map(({ signal, visitor, value, comparison, threshold, parameter, means }: Ground) => {
      const isComparison =
        COMPARISONS.includes(comparison) && Number.isFinite(value) && Number.isFinite(threshold);
      if (!isComparison || typeof signal !== 'string' || typeof means !== 'string')
        throw new TypeError('expected a ground with signal, value, comparison, threshold and means');
      return {
        signal: signal.slice(0, LONGEST),
        ...(visitor !== undefined && { visitor: String(visitor).slice(0, LONGEST) }),
        value,
        comparison,
        threshold,
        means: means.slice(0, LONGEST),
        ...(parameter !== undefined && { parameter: String(parameter).slice(0, LONGEST) }),
      };
    });
}
