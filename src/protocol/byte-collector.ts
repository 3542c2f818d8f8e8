const SMALLEST = 512;
/** Shared: most heads come whole, and then nothing is ever collected. */
const NOTHING = new Uint8Array(0);

/**
 * Bytes that come in pieces, laid end to end. Room grows with what has come, never with what was announced, so that a
 * peer which says much and sends little costs little.
 */
export class ByteCollector {
  #room = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes `from` to `to` (not included) of `chunk`. */
  add(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#length + to - from;
    if (needed > this.#room.length) {
      const larger = new Uint8Array(Math.max(SMALLEST, needed, 2 * this.#room.length));
      larger.set(this.#room.subarray(0, this.#length));
      this.#room = larger;
    }
    this.#room.set(chunk.subarray(from, to), this.#length);
    this.#length = needed;
  }

  /** Hands over what has come, and starts over with nothing. */
  take(): Uint8Array {
    const taken = this.#room.subarray(0, this.#length);
    this.#room = NOTHING;
    this.#length = 0;
    return taken;
  }
}
