const DURATION = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/;

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** The form of a duration, as a regular expression for schemas. */
export const DURATION_PATTERN = DURATION.source;

/** Milliseconds of `250ms`, `5s`, `1.5m`, `1h`, rounded to whole ones; nothing where the text has another form. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = DURATION.exec(text) ?? [];
  const factor = UNITS.find(([name]) => name === unit)?.[1];
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

/** The shortest way to write a number of milliseconds that `parseDuration` reads back to the same number. */
export function formatDuration(ms: number): string {
  const [unit, factor] = UNITS.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
