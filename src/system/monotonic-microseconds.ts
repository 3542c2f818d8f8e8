import { libc } from './libc.ts';

const CLOCK_MONOTONIC = 1;

/** The kernel's CLOCK_MONOTONIC, since the start of the machine. The runtime's `hrtime` begins with the process. */
export function monotonicMicroseconds(): bigint {
  const time = new BigInt64Array(2);
  libc().clock_gettime(CLOCK_MONOTONIC, time);
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000n + nanoseconds / 1000n;
}
