import { systemCalls } from './system/system-calls.ts';

/** Nobody waits longer than this for the rest of a body that nobody wants. */
const PATIENCE_MS = 5_000;
const ROOM = 65_536;
const STDIN = 0;
const POLLIN = 1;

/**
 * Reads a request's body away when its answer has been written. A web server that finds standard input closed closes the
 * visitor's connection while bytes are still coming in, and then the visitor gets a reset in place of the page. Bounded in
 * time: the process ends then.
 */
export function drainBody(length: number): void {
  if (!(length > 0)) return;
  const calls = systemCalls();
  const untilMs = performance.now() + PATIENCE_MS;
  const room = new Uint8Array(Math.min(length, ROOM));
  // `struct pollfd`: the descriptor, then what is wanted and what is there.
  const polled = new Int32Array([STDIN, POLLIN]);
  for (let left = length; left > 0; ) {
    const leftMs = Math.ceil(untilMs - performance.now());
    if (leftMs <= 0 || calls.poll(polled, 1, leftMs) <= 0) return;
    const got = calls.read(STDIN, room, room.length);
    if (got <= 0) return;
    left -= got;
  }
}
