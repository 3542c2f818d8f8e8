import { Fault } from '../../core/fault.ts';

/**
 * What a request asks of the system, made directly: to load `node:fs` alone costs 2 ms and 6 MB, `node:path` and the script part of
 * `bun:ffi` 0.5 ms and 3 MB each. This is the native part of `bun:ffi`, which is there without being loaded; a call more in
 * the table costs 50 KB.
 */
const { FFI } = Bun as unknown as {
  readonly FFI: Pick<typeof import('bun:ffi'), 'ptr' | 'read'> & {
    // The native part returns what the script part throws.
    readonly dlopen: (...args: Parameters<typeof open>) => ReturnType<typeof open> | Error;
  };
};

declare function open(path: string, table: typeof symbols): import('bun:ffi').Library<typeof symbols>;

/** Counts of bytes fit 32 bits: nothing larger than 1 GiB is ever asked for. */
const symbols = {
  open: { args: ['ptr', 'i32', 'i32'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
  read: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  pread: { args: ['i32', 'ptr', 'u32', 'u32'], returns: 'i32' },
  write: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  ftruncate: { args: ['i32', 'u32'], returns: 'i32' },
  statx: { args: ['i32', 'ptr', 'i32', 'u32', 'ptr'], returns: 'i32' },
  fchmod: { args: ['i32', 'u32'], returns: 'i32' },
  fchown: { args: ['i32', 'u32', 'u32'], returns: 'i32' },
  getdents64: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  mkdir: { args: ['ptr', 'u32'], returns: 'i32' },
  symlink: { args: ['ptr', 'ptr'], returns: 'i32' },
  rename: { args: ['ptr', 'ptr'], returns: 'i32' },
  unlink: { args: ['ptr'], returns: 'i32' },
  flock: { args: ['i32', 'i32'], returns: 'i32' },
  clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  kill: { args: ['i32', 'i32'], returns: 'i32' },
  fcntl: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  poll: { args: ['ptr', 'u32', 'i32'], returns: 'i32' },
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  setsockopt: { args: ['i32', 'i32', 'i32', 'ptr', 'u32'], returns: 'i32' },
  connect: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  send: { args: ['i32', 'ptr', 'u32', 'i32'], returns: 'i32' },
  recv: { args: ['i32', 'ptr', 'u32', 'i32'], returns: 'i32' },
  chdir: { args: ['ptr'], returns: 'i32' },
  signal: { args: ['i32', 'ptr'], returns: 'ptr' },
  prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
  __errno_location: { args: [], returns: 'ptr' },
} as const;
