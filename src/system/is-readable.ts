import { libc } from './libc.ts';

const POLLIN = 1;

/** Whether a read would not wait; of a listening socket: whether a connection waits to be accepted. Never waits itself. */
export function isReadable(descriptor: number): boolean {
  // struct pollfd: the descriptor, 32 bits; what is asked and what is found, 16 bits each.
  const entry = new Int16Array(4);
  new Int32Array(entry.buffer, 0, 1)[0] = descriptor;
  entry[2] = POLLIN;
  return libc().poll(entry, 1, 0) > 0 && ((entry[3] ?? 0) & POLLIN) !== 0;
}
