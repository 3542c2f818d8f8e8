import type { Clock } from '../core/clock.ts';
import type { Ensured } from '../core/daemon.ts';

/** Those who wait for a daemon: all hear the same answer, or each, at its own deadline, that there was none in time. */
export class EnsureWaiters {
  readonly #clock: Clock;
  readonly #waiting = new Set<(answer: Ensured) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(deadlineMs: number): Promise<Ensured> {
    const { promise, resolve } = Promise.withResolvers<Ensured>();
    const answer = (ensured: Ensured): void => {
      cancel();
      this.#waiting.delete(answer);
      resolve(ensured);
    };
    const cancel = this.#clock.after(Math.max(0, deadlineMs - this.#clock.now()), () =>
      answer({ up: false, refusal: 'start-timeout' }),
    );
    this.#waiting.add(answer);
    return promise;
  }

  answer(ensured: Ensured): void {
    for (const answer of this.#waiting) answer(ensured);
  }
}
