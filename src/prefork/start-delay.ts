import type { Random } from '../core/random.ts';

const FIRST_MS = 50;
const LONGEST_MS = 5000;
/** One that dies now and then is not a reason to wait; the second in a row is. */
const FREE_FAILURES = 1;

/**
 * Guards against storms of starts: as long as workers die before they have served anybody, each start waits twice as long as the one
 * before, up to 5 s, a quarter of it by chance. One that serves ends it. Pure: the caller brings the time.
 */
export class StartDelay {
  readonly #random: Random;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many in a row died before they served. */
  get failures(): number {
    return this.#failures;
  }

  /** Then one at a time is enough to find out whether it has passed. */
  get isCautious(): boolean {
    return this.#failures > FREE_FAILURES;
  }

  failed(nowMs: number): void {
    this.#failures += 1;
    const doublings = this.#failures - FREE_FAILURES - 1;
    if (doublings < 0) return;
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(doublings, 20));
    this.#notBeforeMs = nowMs + waitMs * (0.75 + this.#random() / 4);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  /** Milliseconds until a start is allowed; 0 where it is. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#notBeforeMs - nowMs);
  }
}
