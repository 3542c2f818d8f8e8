import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';

/** An editor writes in several steps, and a deployment several files: they are one change. */
const SETTLED_MS = 200;

/**
 * Tells when files have changed, by their folders: what replaces a file by renaming another one over it, or by a symbolic link, is seen as
 * well. Told once when nothing has happened for a moment, and only where a file really is another one.
 */
export class FileWatch {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  /** By file, what it was when it was last told of. */
  #seen: ReadonlyMap<string, string> = new Map();
  #forgetTimer: (() => void) | undefined;

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** From now on these and no others, absolute paths. Changes count from when a file was first followed. */
  follow(files: readonly string[]): void {
    this.#seen = new Map(files.map((file) => [file, this.#seen.get(file) ?? stateOf(file)]));
    const folders = new Set(files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) if (!this.#folders.has(folder)) this.#watch(folder);
  }

  stop(): void {
    this.#forgetTimer?.();
    this.follow([]);
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#stirred());
      // A folder that goes away takes its files with it; a reload on demand still says so.
      watcher.on('error', () => watcher.close());
      this.#folders.set(folder, watcher);
    } catch {
      // A file system that cannot be watched, or no watches left: `reload` works as before.
    }
  }

  #stirred(): void {
    this.#forgetTimer?.();
    this.#forgetTimer = this.#clock.after(SETTLED_MS, () => {
      this.#forgetTimer = undefined;
      const before = this.#seen;
      this.#seen = new Map([...before.keys()].map((file) => [file, stateOf(file)]));
      if ([...this.#seen].some(([file, state]) => before.get(file) !== state)) this.#onChange();
    });
  }
}

/** What tells one state of a file from another. */
function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}
