import { systemCalls } from './system/system-calls.ts';

const RLIMIT_NOFILE = 7;
const USUAL_DESCRIPTORS = 1024;

/**
 * Puts the soft limit of open descriptors of this process back to what programs may count on: the runtime has raised it to
 * the hard one, and the program that takes its place would keep that.
 */
export function usualDescriptorLimit(): void {
  const calls = systemCalls();
  // The soft limit and the hard one, the lower half of each first.
  const limit = new Uint32Array(4);
  if (calls.prlimit(0, RLIMIT_NOFILE, null, limit) !== 0) return;
  if (limit[1] === 0 && (limit[0] ?? 0) <= USUAL_DESCRIPTORS) return;
  limit[0] = USUAL_DESCRIPTORS;
  limit[1] = 0;
  calls.prlimit(0, RLIMIT_NOFILE, limit, null);
}
