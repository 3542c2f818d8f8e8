import { errno } from './errno.ts';
import { libc } from './libc.ts';

const F_DUPFD_CLOEXEC = 1030;

/** Another descriptor for the same open file or socket, not inherited by programs. To be closed by the caller; throws where none is left. */
export function duplicateDescriptor(descriptor: number): number {
  const duplicate = libc().fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (duplicate < 0) throw new Error(`descriptor ${descriptor} cannot be duplicated: error ${errno()}`);
  return duplicate;
}
