import { libc } from '../system/libc.ts';

const POLLERR = 0x8;
const POLLHUP = 0x10;

/** Whether the peer of a connection is gone altogether; one that only sends no more is not. */
export function isHungUp(descriptor: number): boolean {
  // struct pollfd: the descriptor, 32 bits; what is asked and what is found, 16 bits each.
  const entry = new Int16Array(4);
  new Int32Array(entry.buffer, 0, 1)[0] = descriptor;
  return libc().poll(entry, 1, 0) > 0 && ((entry[3] ?? 0) & (POLLERR | POLLHUP)) !== 0;
}
