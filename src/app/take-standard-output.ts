import { libcCalls } from '../system/libc-calls.ts';

const F_DUPFD_CLOEXEC = 1030;
const FIRST_OTHER = 3;

// Two calls of their own: binding costs by the call, and here it costs a process for every request.
const redirecting = libcCalls({
  dup2: { args: ['i32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
});

/**
 * Standard output is the answer: keeps it under another descriptor, which is returned, and makes descriptor 1 standard error. Whatever prints
 * (`console`, loggers, native libraries, programs that are started) would otherwise stand in the middle of a page, or before its head.
 */
export function takeStandardOutput(): number {
  const { dup2, fcntl } = redirecting();
  const answer = fcntl(1, F_DUPFD_CLOEXEC, FIRST_OTHER);
  if (answer < 0 || dup2(2, 1) < 0) return 1;
  return answer;
}
