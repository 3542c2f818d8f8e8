import { closeSync, fstatSync, ftruncateSync, type Stats, statSync, writeSync } from 'node:fs';
import { EAGAIN, EINTR, errno } from './errno.ts';
import { libc } from './libc.ts';
import { openSharedFile, unusableFile } from './open-shared-file.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

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
      const descriptor = openSharedFile(path);
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
    throw unusableFile(path, 'a file that stays in its place', `one that was replaced ${ROUNDS} times`);
  }

  /** Replaces what the file says: for people who look at it. */
  write(text: string): void {
    if (this.#descriptor === undefined) return;
    ftruncateSync(this.#descriptor, 0);
    if (text !== '') writeSync(this.#descriptor, text, 0);
  }

  /** Sets the time of the file's last change to now, and returns it: milliseconds since 1970. Nothing where the disk is full. */
  touch(): number | undefined {
    if (this.#descriptor === undefined) return undefined;
    try {
      // Whoever may write may do this; to set the time itself, one must own the file.
      writeSync(this.#descriptor, '\n', 0);
      return fstatSync(this.#descriptor).mtimeMs;
    } catch {
      return undefined;
    }
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
    if (error !== EINTR) throw unusableFile(path, 'a file system with locks', `error number ${error}`);
  }
}

function isStillAt(path: string, opened: Stats): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === opened.ino && now.dev === opened.dev;
}
