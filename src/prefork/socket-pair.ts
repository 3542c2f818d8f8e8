import { Fault } from '../core/fault.ts';
import { errno } from '../system/errno.ts';
import { socketCalls } from './socket-calls.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;

/** Two Unix stream sockets that are connected; both closed at exec, both the caller's. Throws a Fault where no descriptor is left. */
export function openSocketPair(): readonly [ours: number, theirs: number] {
  const ends = new Int32Array(2);
  if (socketCalls().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) !== 0) {
    throw new Fault(
      'prefork/no-descriptor',
      `expected two free descriptors for a worker, found error number ${errno()}: raise the limit (\`ulimit -n\`) or start fewer workers`,
    );
  }
  return [ends[0] ?? -1, ends[1] ?? -1];
}
