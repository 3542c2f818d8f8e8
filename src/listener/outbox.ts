/** The part of Bun's socket that an outbox needs. */
export interface WritableSocket {
  /** Returns the bytes that the kernel took; negative when the connection is gone. */
  write(bytes: Uint8Array, offset: number, length: number): number;
}

/** What the kernel does not take at once waits here, in order and without a copy. Bun's `write` takes a part and forgets the rest. */
export class Outbox {
  readonly #socket: WritableSocket;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(socket: WritableSocket) {
    this.#socket = socket;
  }

  /** Bytes that the kernel has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Sends bytes that stay unchanged. */
  send(bytes: Uint8Array): void {
    const taken = this.#waitingBytes > 0 ? 0 : Math.max(0, this.#socket.write(bytes, 0, bytes.length));
    if (taken < bytes.length) this.#keep(taken === 0 ? bytes : bytes.subarray(taken));
  }

  /** Sends the first bytes of a buffer that will be used again: what has to wait is copied. */
  sendScratch(scratch: Uint8Array, length: number): void {
    const taken = this.#waitingBytes > 0 ? 0 : Math.max(0, this.#socket.write(scratch, 0, length));
    // `slice` of a Buffer would be a view of it.
    if (taken < length) this.#keep(new Uint8Array(scratch.subarray(taken, length)));
  }

  /** The kernel has room again. Returns whether anything was taken. */
  flush(): boolean {
    let progress = false;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const taken = Math.max(0, this.#socket.write(first, 0, first.length));
      progress ||= taken > 0;
      this.#waitingBytes -= taken;
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return progress;
      }
      this.#waiting.shift();
    }
    return progress;
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  #keep(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }
}
