import { join } from 'node:path';

/** Where the entries are kept. `GUESTBOOK_DATA`: a folder; else `demo/data`. */
export function dataFile(folder: string | undefined): string {
  return join(folder ?? join(import.meta.dirname, '..', 'data'), 'guestbook.sqlite');
}
