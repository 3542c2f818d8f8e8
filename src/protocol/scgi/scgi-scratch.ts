const MARKS = 4096;

/** Room for building heads, used again for every request. It grows to the largest head seen and stays so. */
export class ScgiScratch {
  bytes: Uint8Array = new Uint8Array(4096);
  /** For each fingerprint of a name: the last head that had it. */
  readonly #marks = new Uint32Array(MARKS);
  #head = 0;

  /** Begins a head: no name is marked. */
  begin(): void {
    this.#head = (this.#head + 1) >>> 0;
    if (this.#head !== 0) return;
    this.#marks.fill(0);
    this.#head = 1;
  }

  /**
   * Marks a name of this head. False: no name like it was marked before. True: perhaps one was; find out by a sure way.
   * Names differ most at their end (`HTTP_SEC_FETCH_MODE`, `_SITE`), and in what comes before `PORT` or `ADDR`.
   */
  mark(name: string): boolean {
    const { length } = name;
    let fingerprint = length;
    for (let at = Math.max(0, length - 4); at < length; at++)
      fingerprint = fingerprint * 37 + name.charCodeAt(at);
    fingerprint = (fingerprint * 37 + name.charCodeAt(length >> 1)) * 37 + (name.charCodeAt(0) | 0);
    fingerprint = (fingerprint ^ (fingerprint >>> 12)) & (MARKS - 1);
    const seen = this.#marks[fingerprint] === this.#head;
    this.#marks[fingerprint] = this.#head;
    return seen;
  }

  /** Makes room for `more` bytes after the first `used`, which are kept. */
  reserve(used: number, more: number): Uint8Array {
    if (used + more > this.bytes.length) {
      const larger = new Uint8Array(2 * (used + more));
      larger.set(this.bytes.subarray(0, used));
      this.bytes = larger;
    }
    return this.bytes;
  }
}
