import type { Place } from '../core/fault.ts';

/** Where in a text an offset (UTF-16 units) is. */
export function placeAt(text: string, file: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
