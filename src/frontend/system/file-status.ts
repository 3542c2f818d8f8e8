import { pathBytes } from './path-bytes.ts';
import { systemCalls } from './system-calls.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const BASIC_STATS = 0x7ff;
/** Of `struct statx`, which is the same on every machine (statx(2)). */
const BYTES = 256;
const KIND = 0o170000;

export interface FileStatus {
  readonly kind: 'file' | 'folder' | 'socket' | 'other';
  /** With the bits of the kind. */
  readonly mode: number;
  readonly links: number;
  readonly user: number;
  readonly group: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly changedMs: number;
  /** Which file it is, among all of the machine. */
  readonly identity: string;
}

/** Nothing where there is none, or it may not be seen. `file`: a path, or a descriptor. */
export function fileStatus(file: string | number, follow = true): FileStatus | undefined {
  const bytes = new Uint8Array(BYTES);
  const isOpen = typeof file === 'number';
  const flags = isOpen ? AT_EMPTY_PATH : follow ? 0 : AT_SYMLINK_NOFOLLOW;
  const path = pathBytes(isOpen ? '' : file);
  if (systemCalls().statx(isOpen ? file : AT_FDCWD, path, flags, BASIC_STATS, bytes) !== 0) return undefined;
  const view = new DataView(bytes.buffer);
  const mode = view.getUint16(28, true);
  const number = (at: number): number => view.getUint32(at, true);
  // Bigints cost more than all the rest.
  const longNumber = (at: number): number => number(at + 4) * 2 ** 32 + number(at);
  return {
    kind: kindOf(mode),
    mode,
    links: number(16),
    user: number(20),
    group: number(24),
    size: longNumber(40),
    changedMs: longNumber(112) * 1000 + number(120) / 1e6,
    identity: [32, 36, 136, 140].map(number).join(':'),
  };
}

function kindOf(mode: number): FileStatus['kind'] {
  switch (mode & KIND) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o140000:
      return 'socket';
    default:
      return 'other';
  }
}
