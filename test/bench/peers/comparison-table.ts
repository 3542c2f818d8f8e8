/** A line of the comparison; nothing in a place where a peer could not be measured. */
export interface Comparison {
  readonly row: string;
  readonly unit: string;
  readonly nginx: number | undefined;
  readonly lighttpd: number | undefined;
  readonly spillway: number | undefined;
  readonly notes: readonly string[];
}

/** Markdown. Ratios are Spillway's value by the peer's. */
export function comparisonTable(lines: readonly Comparison[]): string {
  const rows = lines.map(({ row, unit, nginx, lighttpd, spillway, notes }) =>
    [
      row,
      unit,
      ...[nginx, lighttpd, spillway].map(figure),
      ...[nginx, lighttpd].map((other) => ratio(spillway, other)),
      notes.join('; '),
    ].join(' | '),
  );
  return [
    '| row | unit | nginx | lighttpd | Spillway | to nginx | to lighttpd | notes |',
    '|---|---|--:|--:|--:|--:|--:|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return value >= 100 ? Math.round(value).toString() : value.toPrecision(3);
}

function ratio(value: number | undefined, by: number | undefined): string {
  return value === undefined || by === undefined || !(by > 0) ? '' : (value / by).toFixed(2);
}
