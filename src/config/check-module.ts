import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Problem } from './problem.ts';

/** What keeps the file at the absolute `path` from being loaded as a module. What is in it shows when it is run. */
export async function checkModule(path: string): Promise<Problem | undefined> {
  const status = await stat(path).catch(() => undefined);
  const missing = (found: string): Problem => ({
    code: 'config/module-missing',
    message: `expected a JavaScript or TypeScript module, found ${found}`,
  });
  if (status === undefined) return missing(`nothing at ${path}`);
  if (!status.isFile())
    return missing(`${status.isDirectory() ? 'a directory' : 'no regular file'} at ${path}`);
  return access(path, constants.R_OK).then(
    () => undefined,
    () => missing(`${path} without leave to read it`),
  );
}
