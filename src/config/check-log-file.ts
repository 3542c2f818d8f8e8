import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Problem } from './problem.ts';

/** What keeps a log from being at the absolute `path`. Whether this user may write there is seen when it is opened. */
export async function checkLogFile(path: string): Promise<Problem | undefined> {
  const directory = dirname(path);
  const status = await stat(directory).catch(() => undefined);
  if (status?.isDirectory() !== true) {
    const found = status === undefined ? 'nothing' : 'no directory';
    const message = `expected a directory for the log, found ${found} at ${directory}: make it`;
    return { code: 'config/log-directory', message };
  }
  const file = await stat(path).catch(() => undefined);
  if (file?.isDirectory() !== true) return undefined;
  return {
    code: 'config/log-directory',
    message: `expected a file or nothing at ${path}, found a directory: choose another path`,
  };
}
