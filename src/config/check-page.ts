import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { readOwnPage } from '../overload/own-page.ts';
import type { Problem } from './problem.ts';

/** Pages are kept in memory. */
const LONGEST = 1024 * 1024;

/** What keeps the file at the absolute `path` from being a page: a problem with the path, or a fault in the page itself. */
export async function checkPage(path: string): Promise<Problem | Fault | undefined> {
  const problem = (found: string) => ({
    code: 'config/page-unreadable',
    message: `expected a readable file of at most 1 MiB, found ${found}`,
  });
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return problem(`nothing at ${path}`);
  if (!status.isFile())
    return problem(`${status.isDirectory() ? 'a directory' : 'no regular file'} at ${path}`);
  if (status.size > LONGEST) return problem(`${status.size} bytes at ${path}`);
  const mayRead = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!mayRead) return problem(`${path}, which may not be read: check its owner and mode`);
  try {
    readOwnPage(path);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
