import type { Comparison } from './comparison-table.ts';

/** A line of the comparison from values by the name of the peer. */
export function comparisonOf(
  row: string,
  unit: string,
  values: ReadonlyMap<string, number>,
  notes: readonly string[] = [],
): Comparison {
  const [nginx, lighttpd, spillway] = ['nginx', 'lighttpd', 'Spillway'].map((name) => values.get(name));
  return { row, unit, nginx, lighttpd, spillway, notes };
}
