import { dlopen } from 'bun:ffi';

const F_DUPFD_CLOEXEC = 1030;
const FIRST_OTHER = 3;

// A table of two calls: loading costs by the call, and here it costs a process for every request.
const symbols = {
  dup2: { args: ['i32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
} as const;

/**
 * Standard output is the answer: keeps it under another descriptor, which is returned, and makes descriptor 1 standard error. Whatever prints
 * (`console`, loggers, native libraries, programs that are started) would otherwise stand in the middle of a page, or before its head.
 */
export function takeStandardOutput(): number {
  const { dup2, fcntl } = dlopen('libc.so.6', symbols).symbols;
  const answer = fcntl(1, F_DUPFD_CLOEXEC, FIRST_OTHER);
  if (answer < 0 || dup2(2, 1) < 0) return 1;
  return answer;
}
