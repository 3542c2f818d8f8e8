import { read } from 'bun:ffi';
import { libc } from './libc.ts';

export const EINTR = 4;
export const EAGAIN = 11;

/** The error number of the last failed call of `libc` on this thread. To be asked at once, before anything else runs. */
export function errno(): number {
  const location = libc().__errno_location();
  return location === null ? 0 : read.i32(location, 0);
}
