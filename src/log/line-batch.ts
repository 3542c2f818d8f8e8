import type { Clock } from '../core/clock.ts';

/** Lines are handed over in pieces of about this size: one system call for some thirty lines of the access log. */
const BATCH_CHARACTERS = 8 * 1024;

/** Collects lines, and hands them over when there are 8 KiB of them or the first has waited `delayMs`. */
export class LineBatch {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #due: () => void;
  #lines: string[] = [];
  #characters = 0;
  #cancelDelay: (() => void) | undefined;

  /** `due` is called when it is time to `take`. */
  constructor(clock: Clock, delayMs: number, due: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#due = due;
  }

  add(lines: string): void {
    this.#lines.push(lines);
    this.#characters += lines.length;
    if (this.#characters >= BATCH_CHARACTERS) this.#due();
    else this.#cancelDelay ??= this.#clock.after(this.#delayMs, this.#due);
  }

  /** What has been collected, as UTF-8; nothing where there is nothing. */
  take(): Buffer | undefined {
    this.#cancelDelay?.();
    this.#cancelDelay = undefined;
    if (this.#characters === 0) return undefined;
    const batch = Buffer.from(this.#lines.join(''), 'utf8');
    this.#lines = [];
    this.#characters = 0;
    return batch;
  }
}
