import { closeSync, constants, openSync } from 'node:fs';
import { libc } from './libc.ts';

const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/**
 * Gives the blocks of the first `bytes` of a file back to the file system; its size stays, and what was there reads as zeros. False where the file system
 * cannot do that. Throws what the system says of a file that cannot be opened.
 */
export function punchHole(path: string, bytes: number): boolean {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return libc().fallocate(descriptor, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, bytes) === 0;
  } finally {
    closeSync(descriptor);
  }
}
