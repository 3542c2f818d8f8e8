import type { dlopen, ptr, read } from 'bun:ffi';
import { Fault } from '../../core/fault.ts';

/** Counts that come back are of 32 bits, which are numbers, not bigints: nobody asks for so many bytes at once. */
const symbols = {
  open: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'u64'], returns: 'i32' },
  pwrite: { args: ['i32', 'ptr', 'u64', 'i64'], returns: 'i32' },
  write: { args: ['i32', 'ptr', 'u64'], returns: 'i32' },
  statx: { args: ['i32', 'ptr', 'i32', 'u32', 'ptr'], returns: 'i32' },
  fchmod: { args: ['i32', 'u32'], returns: 'i32' },
  fchown: { args: ['i32', 'u32', 'u32'], returns: 'i32' },
  getdents64: { args: ['i32', 'ptr', 'u64'], returns: 'i32' },
  mkdir: { args: ['ptr', 'u32'], returns: 'i32' },
  symlink: { args: ['ptr', 'ptr'], returns: 'i32' },
  rename: { args: ['ptr', 'ptr'], returns: 'i32' },
  unlink: { args: ['ptr'], returns: 'i32' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  poll: { args: ['ptr', 'u64', 'i32'], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  send: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i32' },
  recv: { args: ['i32', 'ptr', 'u64', 'i32'], returns: 'i32' },
  chdir: { args: ['ptr'], returns: 'i32' },
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
  prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const;

type Library = ReturnType<typeof dlopen<typeof symbols>>;
export type SystemCalls = Library['symbols'];

/**
 * The native part of `bun:ffi`, which is there without being loaded: its script part costs 0.4 ms and 3 MB of each request, and
 * `node:fs` 2 ms and 6 MB, `node:path` 0.8 ms and 4 MB. This costs 2 MB. That is why `src/system/libc-calls.ts`, which imports it, is not used here.
 */
const { FFI } = Bun as unknown as {
  readonly FFI: {
    readonly dlopen: (name: string, table: typeof symbols) => Library | Error;
    readonly ptr: typeof ptr;
    readonly read: typeof read;
  };
};

/** The C library of glibc systems, then the name that others take for their own. */
const NAMES = ['libc.so.6', 'libc.so'];

let opened: SystemCalls | undefined;

/** What a request asks of the system, asked directly. Throws a Fault where there is no such library. */
export function systemCalls(): SystemCalls {
  opened ??= openLibrary();
  return opened;
}

/** Of the last failed call, to be asked at once. */
export function errorNumber(): number {
  const location = systemCalls().__errno_location();
  return location === null ? 0 : FFI.read.i32(location, 0);
}

/** Good for as long as somebody holds the bytes. */
export function addressOf(bytes: Uint8Array): number {
  return FFI.ptr(bytes);
}

function openLibrary(): SystemCalls {
  let cause: unknown;
  for (const name of NAMES) {
    const library = FFI.dlopen(name, symbols);
    if (!(library instanceof Error)) return library.symbols;
    cause = library;
  }
  throw new Fault(
    'system/no-libc',
    `expected a Linux C library under one of the names ${NAMES.join(', ')}; found none`,
    undefined,
    cause,
  );
}
