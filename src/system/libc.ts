import { dlopen } from 'bun:ffi';
import { Fault } from '../core/fault.ts';

/** The C library of glibc systems, then the name that others link it by. */
const candidates = ['libc.so.6', 'libc.so'];

const symbols = {
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  sendto: { args: ['i32', 'ptr', 'u64', 'i32', 'ptr', 'u32'], returns: 'i64' },
  getsockname: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  getsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  getpwnam: { args: ['ptr'], returns: 'ptr' },
  getgrnam: { args: ['ptr'], returns: 'ptr' },
  fallocate: { args: ['i32', 'i32', 'i64', 'i64'], returns: 'i32' },
  prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const;

type Libc = ReturnType<typeof dlopen<typeof symbols>>['symbols'];

let opened: Libc | undefined;

/**
 * The few calls of the C library that the runtime lacks. Opened at the first use, since loading it costs over a
 * millisecond that a one-shot program may not need. Throws a Fault where there is no such library.
 */
export function libc(): Libc {
  opened ??= open();
  return opened;
}

function open(): Libc {
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      return dlopen(candidate, symbols).symbols;
    } catch (error) {
      cause = error;
    }
  }
  throw new Fault(
    'system/no-libc',
    `expected a Linux C library under one of the names ${candidates.join(', ')}; found none`,
    undefined,
    cause,
  );
}
