/** An answer whose head has been given. */
export interface LateHead {
  /** Sends the head where nothing has been sent. */
  flushHead(): void;
}

/**
 * Heads wait for the first bytes of their bodies, so that both go out in one write; but not beyond the turn in which they were given. One
 * microtask for all of them, and no closure for any.
 */
export class LateHeads {
  readonly #given: LateHead[] = [];

  add(answer: LateHead): void {
    if (this.#given.push(answer) === 1) queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    try {
      for (const answer of this.#given) answer.flushHead();
    } finally {
      // The same list again: a new one would be one for nearly every request.
      this.#given.length = 0;
    }
  };
}
