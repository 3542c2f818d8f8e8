import type { Clock } from '../core/clock.ts';
import { countLines } from './count-lines.ts';
import { LineBatch } from './line-batch.ts';
import { LineFile } from './line-file.ts';
import type { LogOutput } from './log-output.ts';

export interface FileOutputOptions {
  readonly clock: Clock;
  /** Absolute. */
  readonly path: string;
  /** How long a line waits for others. */
  readonly delayMs?: number;
  /** At `maxBytes` the file is put aside; `keep` such files stay. Without it the file grows until somebody else rotates it. */
  readonly rotation?: { readonly maxBytes: number; readonly keep: number };
}

/**
 * Lines in a file. No disk, however full or slow to come back, stops the gateway: what cannot be written is lost and
 * counted. With rotation all its files together are never larger than `maxBytes` times `keep` + 1.
 */
export class FileOutput implements LogOutput {
  readonly #file: LineFile;
  readonly #batch: LineBatch;
  readonly #rotation: FileOutputOptions['rotation'];
  #lost = 0;

  /** Throws a Fault where the file cannot be opened. */
  constructor({ clock, path, delayMs = 100, rotation }: FileOutputOptions) {
    this.#file = new LineFile(path);
    this.#batch = new LineBatch(clock, delayMs, () => this.flush());
    this.#rotation = rotation;
  }

  get lost(): number {
    return this.#lost;
  }

  write(lines: string): void {
    this.#batch.add(lines);
  }

  flush(): void {
    const batch = this.#batch.take();
    if (batch !== undefined) this.#lost += this.#append(batch);
  }

  /** What was written before is in the old file, what follows in the one that has the name now. Throws a Fault. */
  reopen(): void {
    this.flush();
    this.#file.reopen();
  }

  close(): void {
    this.flush();
    this.#file.close();
  }

  #append(batch: Buffer): number {
    const { maxBytes, keep } = this.#rotation ?? { maxBytes: Number.POSITIVE_INFINITY, keep: 0 };
    if (this.#file.bytes + batch.length > maxBytes) {
      // Lines that would go over the bound are lost rather than the bound, until the file can be put aside again.
      if (batch.length > maxBytes || !this.#rotate(keep)) return countLines(batch);
    }
    return this.#file.append(batch);
  }

  #rotate(keep: number): boolean {
    try {
      this.#file.rotate(keep);
      return true;
    } catch {
      return false;
    }
  }
}
