/** Waits that grow by half from `firstMs` up to `longestMs`: quick where the answer is near, cheap where it is not. */
export class BackOff {
  #nextMs: number;
  readonly #longestMs: number;

  constructor(firstMs = 5, longestMs = 100) {
    this.#nextMs = firstMs;
    this.#longestMs = longestMs;
  }

  next(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(this.#longestMs, waitMs * 1.5);
    return waitMs;
  }
}
