const START = 1;
const DEATH = 2;
const FALL_PER_MS = 1 / 1000;
const LIMIT = 10;

/**
 * Guards against storms of process starts, as mod_fcgid does: a start counts 1, a death that was not asked for 2, each
 * second without either takes 1 back, and from 10 on no process is started. Pure: the caller brings the time.
 */
export class StartScore {
  #score: number;
  #atMs: number;
  readonly #changed: (score: number) => void;

  /** `score`: what it was at `atMs`. `changed` is told of what it is after a start or death; it must not throw. */
  constructor(score = 0, atMs = 0, changed: (score: number) => void = () => {}) {
    this.#score = score;
    this.#atMs = atMs;
    this.#changed = changed;
  }

  started(nowMs: number): void {
    this.#add(START, nowMs);
  }

  died(nowMs: number): void {
    this.#add(DEATH, nowMs);
  }

  refuses(nowMs: number): boolean {
    return this.#at(nowMs) >= LIMIT;
  }

  /** Milliseconds until a start is allowed; 0 where it is. */
  waitMs(nowMs: number): number {
    // Strictly below the limit, so one more than the time in which the score falls to it.
    return this.refuses(nowMs) ? Math.floor((this.#at(nowMs) - LIMIT) / FALL_PER_MS) + 1 : 0;
  }

  #at(nowMs: number): number {
    return Math.max(0, this.#score - Math.max(0, nowMs - this.#atMs) * FALL_PER_MS);
  }

  #add(points: number, nowMs: number): void {
    this.#score = this.#at(nowMs) + points;
    this.#atMs = nowMs;
    this.#changed(this.#score);
  }
}
