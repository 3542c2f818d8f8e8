import { readFileSync } from 'node:fs';

/** Nothing where it is missing or cannot be read. */
export function textOfFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
