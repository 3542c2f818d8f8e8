import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** Throws a SystemError. */
export function makeFolder(path: string, mode: number): void {
  if (systemCalls().mkdir(pathBytes(path), mode) !== 0) throw new SystemError('mkdir', path);
}
