import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Problem } from './problem.ts';

/** What keeps the absolute `path` from being a directory of programs. */
export async function checkScriptDirectory(path: string): Promise<Problem | undefined> {
  const problem = (found: string): Problem => ({
    code: 'config/no-directory',
    message: `expected a directory of programs that the gateway may enter, found ${found}`,
  });
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() !== true)
    return problem(`${status === undefined ? 'nothing' : 'no directory'} at ${path}`);
  return await access(path, constants.X_OK).then(
    () => undefined,
    () => problem(`${path}, which it may not`),
  );
}
