/** The least value that at least `share` (0 to 1) of all values do not exceed (nearest rank). Nothing of nothing. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
