import { libc } from './libc.ts';

const RLIMIT_NOFILE = 7;
/** The soft limit that programs may count on, and up to which select() works. */
const USUAL_DESCRIPTORS = 1024n;

/**
 * Puts the soft limit of open descriptors of process `pid` back to the usual one: the runtime raises its own to the
 * hard limit and children inherit that, which breaks select() and makes programs slow that close all descriptors.
 * Children started by the process before this call keep what they have. False where the process is gone or not ours.
 */
export function restoreLimits(pid: number): boolean {
  // struct rlimit64: soft and hard limit, 64 bits each on every 64-bit Linux.
  const limit = new BigUint64Array(2);
  const { prlimit } = libc();
  if (prlimit(pid, RLIMIT_NOFILE, null, limit) !== 0) {
    return false;
  }
  const [soft = 0n, hard = 0n] = limit;
  const usual = hard < USUAL_DESCRIPTORS ? hard : USUAL_DESCRIPTORS;
  if (soft <= usual) {
    return true;
  }
  limit[0] = usual;
  return prlimit(pid, RLIMIT_NOFILE, limit, null) === 0;
}
