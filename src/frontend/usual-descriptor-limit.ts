import { dlopen } from 'bun:ffi';

const RLIMIT_NOFILE = 7;
const USUAL_DESCRIPTORS = 1024n;

/**
 * Puts the soft limit of open descriptors of this process back to what programs may count on: the runtime has raised it to
 * the hard one, and the program that takes its place would keep that. Its own few lines, since to open all of `libc()`
 * takes longer; where it fails the program has more than it needs.
 */
export function usualDescriptorLimit(): void {
  try {
    const { symbols } = dlopen('libc.so.6', {
      prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
    });
    const limit = new BigUint64Array(2);
    if (symbols.prlimit(0, RLIMIT_NOFILE, null, limit) !== 0) return;
    if ((limit[0] ?? 0n) <= USUAL_DESCRIPTORS) return;
    limit[0] = USUAL_DESCRIPTORS;
    symbols.prlimit(0, RLIMIT_NOFILE, limit, null);
  } catch {
    // Another C library.
  }
}
