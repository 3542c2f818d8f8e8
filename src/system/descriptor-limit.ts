import { libc } from './libc.ts';

const RLIMIT_NOFILE = 7;

/** How many descriptors this process may have open at once. */
export function descriptorLimit(): number {
  // struct rlimit64: soft and hard limit, 64 bits each on every 64-bit Linux.
  const limit = new BigUint64Array(2);
  const failed = libc().prlimit(0, RLIMIT_NOFILE, null, limit) !== 0;
  // Where the kernel does not say, the one that every system has had.
  return failed ? 1024 : Number(limit[0] ?? 0n);
}
