const SIZE = /^([0-9]+(?:\.[0-9]+)?)(B|kB|KB|KiB|MB|MiB|GB|GiB)$/;

const UNITS: readonly (readonly [unit: string, bytes: number])[] = [
  ['GiB', 1024 ** 3],
  ['GB', 1e9],
  ['MiB', 1024 ** 2],
  ['MB', 1e6],
  ['KiB', 1024],
  ['kB', 1000],
  ['KB', 1000],
  ['B', 1],
];

/** The form of a size, as a regular expression for schemas. */
export const SIZE_PATTERN = SIZE.source;

/** Bytes of `512B`, `64KiB`, `20MB`, rounded to whole ones; nothing where the text has another form. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text) ?? [];
  const factor = UNITS.find(([name]) => name === unit)?.[1];
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

/** The shortest way to write a number of bytes that `parseSize` reads back to the same number. */
export function formatSize(bytes: number): string {
  const [unit, factor] = UNITS.filter(([, size]) => bytes >= size && bytes % size === 0).sort(
    ([, a], [, b]) => b - a,
  )[0] ?? ['B', 1];
  return `${bytes / factor}${unit}`;
}
