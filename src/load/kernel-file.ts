import { closeSync, openSync, readSync } from 'node:fs';

/** Reads without trying to open a missing file again: 10 s at the usual 100 ms between samples. */
const READS_BETWEEN_ATTEMPTS = 100;

/**
 * A small file that the kernel writes anew at each read (/proc, /sys). The descriptor and the buffer are kept, so that
 * a read is one system call of a few microseconds.
 */
export class KernelFile {
  readonly #path: string;
  readonly #buffer: Buffer;
  #descriptor: number | undefined;
  #readsUntilAttempt = 0;

  /** No more than the first `maxBytes` are read. */
  constructor(path: string, maxBytes = 2048) {
    this.#path = path;
    this.#buffer = Buffer.alloc(maxBytes);
  }

  /** The text as it is now, or nothing where there is no such file or it cannot be read. */
  read(): string | undefined {
    try {
      if (this.#descriptor === undefined) {
        if (this.#readsUntilAttempt > 0) {
          this.#readsUntilAttempt -= 1;
          return undefined;
        }
        this.#descriptor = openSync(this.#path, 'r');
      }
      const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0);
      return this.#buffer.toString('latin1', 0, length);
    } catch {
      // Missing, forbidden, or compiled in but switched off (PSI opens and then fails to read).
      this.close();
      this.#readsUntilAttempt = READS_BETWEEN_ATTEMPTS;
      return undefined;
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      closeSync(descriptor);
    } catch {
      // Nothing is written through it: nothing can be lost.
    }
  }
}
