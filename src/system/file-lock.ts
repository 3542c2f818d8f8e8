import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { Fault } from '../core/fault.ts';
import { EAGAIN, EINTR, errno } from './errno.ts';
import { hasCode } from './has-code.ts';
import { libc } from './libc.ts';
import { sharedRights } from './shared-rights.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

const OPEN = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = OPEN | constants.O_CREAT | constants.O_EXCL;
/** Each round means that somebody made, moved or removed the file between two calls. */
const ROUNDS = 10;

/**
 * A lock held on a file, by flock(2): it belongs to this open file, so that two locks of one process exclude each
 * other as those of two processes do, and it ends with the process however that ends. The runtime opens files
 * close-at-exec, so no child holds on to it.
 *
 * Lock files are never removed: whoever waits may have the old file open, would get the lock of a file without a name,
 * and believe itself alone beside whoever made the new one.
 */
export class FileLock {
  readonly path: string;
  #descriptor: number | undefined;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /** Takes the lock without waiting; nothing where somebody else holds it. Throws a Fault where the file cannot be used. */
  static try(path: string, kind: 'shared' | 'exclusive'): FileLock | undefined {
    for (let round = 0; round < ROUNDS; round += 1) {
      const descriptor = openLockFile(path);
      if (descriptor === undefined) continue;
      let keep = false;
      try {
        if (!lock(descriptor, path, kind === 'shared' ? LOCK_SH : LOCK_EX)) return undefined;
        keep = isStillAt(path, fstatSync(descriptor));
        if (keep) return new FileLock(path, descriptor);
      } finally {
        if (!keep) closeSync(descriptor);
      }
    }
    throw unusable(path, 'a file that stays in its place', `one that was replaced ${ROUNDS} times`);
  }

  /** Replaces what the file says: for people who look at it. */
  write(text: string): void {
    if (this.#descriptor === undefined) return;
    ftruncateSync(this.#descriptor, 0);
    if (text !== '') writeSync(this.#descriptor, text, 0);
  }

  /** Gives the lock back; a second call is harmless. */
  release(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function lock(descriptor: number, path: string, operation: number): boolean {
  for (;;) {
    if (libc().flock(descriptor, operation | LOCK_NB) === 0) return true;
    const error = errno();
    if (error === EAGAIN) return false;
    if (error !== EINTR) throw unusable(path, 'a file system with locks', `error number ${error}`);
  }
}

/** Nothing where the file came or went between two calls. */
function openLockFile(path: string): number | undefined {
  try {
    const descriptor = openSync(path, OPEN);
    const stats = fstatSync(descriptor);
    // What is written must not end up in somebody else's file that was linked here.
    if (stats.isFile() && stats.nlink <= 1) return descriptor;
    closeSync(descriptor);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw unusable(path, 'a file open to this user', error);
    return createLockFile(path);
  }
  throw unusable(path, 'a plain file of one name', 'something else');
}

function createLockFile(path: string): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, CREATE, 0o600);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw unusable(path, 'a directory that this user may write to', error);
  }
  share(descriptor, path);
  return descriptor;
}

/** Whoever may put a socket into the directory may lock it. */
function share(descriptor: number, path: string): void {
  try {
    const { mode, user, group } = sharedRights(path);
    fchmodSync(descriptor, mode);
    fchownSync(descriptor, user, group);
  } catch {
    // We are not of that group. The file serves those who run as we do.
  }
}

function isStillAt(path: string, opened: Stats): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
}

function unusable(path: string, expected: string, found: unknown): Fault {
  const what = found instanceof Error ? found.message : String(found);
  return new Fault(
    'system/lock-failed',
    `expected ${expected}, found ${what}`,
    { file: path },
    found instanceof Error ? found : undefined,
  );
}
