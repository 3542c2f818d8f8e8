import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { countLines } from './count-lines.ts';
import { LineBatch } from './line-batch.ts';
import type { LogOutput } from './log-output.ts';

/** What may wait for a reader that does not read. Beyond it lines are lost, and counted. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
/** Between two attempts at a pipe that is full. */
const FULL_PIPE_MS = 10;
/** How often a flush tries a pipe that is full: half a second, and the process may end. */
const FLUSH_ATTEMPTS = 50;

export interface DescriptorOutputOptions {
  readonly clock: Clock;
  /** 1, standard output, where left out. Not closed here. */
  readonly descriptor?: number;
  /** How long a line waits for others: 0 on a terminal, where somebody watches. */
  readonly delayMs?: number;
}

/**
 * Writes to a descriptor in batches, each by one synchronous call that does not wait: a pipe whose reader is slow says that
 * it is full. So lines keep their order, and none is under way when the process exits. Not by `pino.destination`: its
 * `flushSync`, which it calls at the exit, tries for ever on a full disk or a pipe without a reader.
 *
 *     lines ──8 KiB or `delayMs`──► batches ──► written
 *                                     │  └─ full pipe: again after 10 ms
 *                                     └─ any other error: lost, and counted
 */
export class DescriptorOutput implements LogOutput {
  readonly #clock: Clock;
  readonly #given: number;
  readonly #descriptor: number;
  readonly #batch: LineBatch;
  readonly #batches: Buffer[] = [];
  #waitingBytes = 0;
  #cancelRetry: (() => void) | undefined;
  #lost = 0;

  constructor({ clock, descriptor = 1, delayMs = 100 }: DescriptorOutputOptions) {
    this.#clock = clock;
    this.#batch = new LineBatch(clock, delayMs, () => this.#handOver());
    this.#given = descriptor;
    this.#descriptor = withoutWaiting(descriptor);
  }

  /** Lines lost because nobody read them or there was no room. */
  get lost(): number {
    return this.#lost;
  }

  write(lines: string): void {
    this.#batch.add(lines);
  }

  /** Waits for a full pipe, but not for long: then what is left is lost. */
  flush(): void {
    this.#collect();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    for (let attempt = 0; !this.#drain(); attempt += 1) {
      if (attempt < FLUSH_ATTEMPTS)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_MS);
      else this.#lose();
    }
  }

  /** Flushes. Nothing is written afterwards. */
  close(): void {
    this.flush();
    if (this.#descriptor !== this.#given) closeSync(this.#descriptor);
  }

  #handOver(): void {
    this.#collect();
    if (this.#cancelRetry === undefined && !this.#drain()) {
      this.#cancelRetry = this.#clock.after(FULL_PIPE_MS, () => {
        this.#cancelRetry = undefined;
        this.#handOver();
      });
    }
  }

  #collect(): void {
    const batch = this.#batch.take();
    if (batch === undefined) return;
    this.#batches.push(batch);
    this.#waitingBytes += batch.length;
    // The batch that came first may have been written in part: it is the last that goes.
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.#lose(this.#batches.length - 1);
  }

  /** Writes what the descriptor takes. False where it takes no more for now. */
  #drain(): boolean {
    for (let batch = this.#batches[0]; batch !== undefined; batch = this.#batches[0]) {
      try {
        const bytes = writeSync(this.#descriptor, batch);
        this.#waitingBytes -= bytes;
        if (bytes < batch.length) this.#batches[0] = batch.subarray(bytes);
        else this.#batches.shift();
      } catch (error) {
        if (isFullPipe(error)) return false;
        this.#lose();
      }
    }
    return true;
  }

  #lose(at = 0): void {
    const [batch] = this.#batches.splice(at, 1);
    if (batch === undefined) return;
    this.#waitingBytes -= batch.length;
    this.#lost += countLines(batch);
  }
}

/**
 * The same pipe or terminal opened once more, so that not waiting is a matter of our own: the flag of an inherited
 * descriptor is shared with whoever else holds it. A file never waits long, and a socket (journald's) cannot be opened
 * again: those stay as they are.
 */
function withoutWaiting(descriptor: number): number {
  try {
    const status = fstatSync(descriptor);
    if (!status.isFIFO() && !status.isCharacterDevice()) return descriptor;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return descriptor;
  }
}

function isFullPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}
