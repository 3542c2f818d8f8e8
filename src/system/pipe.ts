import { closeSync } from 'node:fs';
import { Fault } from '../core/fault.ts';
import { errno } from './errno.ts';
import { libc } from './libc.ts';

const O_CLOEXEC = 0o2000000;

export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * A pipe of the kernel, closed at exec. Runtime pipes are socket pairs, so that a program which opens /dev/stdout or
 * /dev/stderr by name fails on them. Both ends belong to the caller. Throws a Fault where no descriptor is left.
 */
export function openPipe(): Pipe {
  const ends = new Int32Array(2);
  if (libc().pipe2(ends, O_CLOEXEC) !== 0) {
    throw new Fault(
      'system/no-pipe',
      `expected two free descriptors for a pipe; found error number ${errno()}`,
    );
  }
  const [read = -1, write = -1] = ends;
  return { read, write };
}

/** Closes a descriptor. To be called exactly once for each: the number may be somebody else's right after. */
export function closeDescriptor(descriptor: number): void {
  closeSync(descriptor);
}
