/** Up to here in seconds, then in minutes (rounded up), then in hours. */
const MOST_SECONDS = 120;
const MOST_MINUTES = 60;
const MOST_HOURS = 24;

const tables = new Map<string, string>();

/**
 * Every length of time that a page says, in a language, as one string with `|` between them: made once, since a one-shot frontend must not wait
 * for the formatters of the runtime.
 */
export function durationWords(language: string): string {
  const known = tables.get(language);
  if (known !== undefined) return known;
  const words: string[] = [];
  const say = (unit: 'second' | 'minute' | 'hour', from: number, to: number): void => {
    const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
    for (let count = from; count <= to; count++) words.push(format.format(count));
  };
  say('second', 1, MOST_SECONDS);
  say('minute', 1, MOST_MINUTES);
  say('hour', 1, MOST_HOURS);
  const table = words.join('|');
  tables.set(language, table);
  return table;
}

/** `seconds` in words, of the parts of such a string. */
export function sayDuration(words: readonly string[], seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const index =
    seconds <= MOST_SECONDS
      ? Math.max(1, seconds) - 1
      : minutes <= MOST_MINUTES
        ? MOST_SECONDS + minutes - 1
        : MOST_SECONDS + MOST_MINUTES + Math.min(MOST_HOURS, Math.ceil(minutes / 60)) - 1;
  return words[index] ?? `${seconds} s`;
}
