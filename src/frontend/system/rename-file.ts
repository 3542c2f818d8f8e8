import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** Throws a SystemError. */
export function renameFile(from: string, to: string): void {
  if (systemCalls().rename(pathBytes(from), pathBytes(to)) !== 0) throw new SystemError('rename', to);
}
