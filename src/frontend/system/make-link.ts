import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** A symbolic link. Throws a SystemError. */
export function makeLink(target: string, path: string): void {
  if (systemCalls().symlink(pathBytes(target), pathBytes(path)) !== 0) throw new SystemError('symlink', path);
}
