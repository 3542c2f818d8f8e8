import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** Throws a SystemError. */
export function removeFile(path: string): void {
  if (systemCalls().unlink(pathBytes(path)) !== 0) throw new SystemError('unlink', path);
}
