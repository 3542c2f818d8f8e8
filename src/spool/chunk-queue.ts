/** Smaller chunks are copied together: each alone would cost more for what is around it than for its bytes. */
const smallBytes = 4 * 1024;
const roomBytes = 16 * 1024;

/** Bytes in order, taken in and given out in pieces. A byte is copied at most once, and only in a small chunk. */
export class ChunkQueue {
  #chunks: Uint8Array[] = [];
  /** Where the first of those that still wait stands. */
  #head = 0;
  #bytes = 0;
  /** What the last small chunks were copied to, filled up to `#filled`; the last piece of the queue is a part of it. */
  #room: Uint8Array | undefined;
  #filled = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes bytes that stay unchanged. */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (chunk.length >= smallBytes) {
      this.#room = undefined;
      this.#chunks.push(chunk);
    } else if (chunk.length > 0) this.#pushSmall(chunk);
  }

  /** The first piece, which stays in the queue. */
  get first(): Uint8Array | undefined {
    return this.#chunks[this.#head];
  }

  /** Takes the first `count` bytes of the first piece out. */
  drop(count: number): void {
    const first = this.#chunks[this.#head];
    if (first === undefined) return;
    this.#bytes -= Math.min(count, first.length);
    if (count < first.length) {
      this.#chunks[this.#head] = first.subarray(count);
      return;
    }
    this.#chunks[this.#head] = none;
    this.#head += 1;
    if (this.#head === this.#chunks.length) this.clear();
    else if (this.#head > 1024 && 2 * this.#head > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#room = undefined;
  }

  #pushSmall(chunk: Uint8Array): void {
    const last = this.#chunks.length - 1;
    if (this.#room === undefined || this.#filled + chunk.length > roomBytes) {
      this.#room = new Uint8Array(roomBytes);
      this.#room.set(chunk);
      this.#filled = chunk.length;
      this.#chunks.push(this.#room.subarray(0, chunk.length));
      return;
    }
    this.#room.set(chunk, this.#filled);
    const from = (this.#chunks[last] ?? none).byteOffset;
    this.#filled += chunk.length;
    this.#chunks[last] = this.#room.subarray(from, this.#filled);
  }
}

const none = new Uint8Array(0);
