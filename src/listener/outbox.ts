/** The part of Bun's socket that an outbox needs. */
export interface WritableSocket {
  /** Returns the bytes that the kernel took; negative when the connection is gone. */
  write(bytes: Uint8Array, offset: number, length: number): number;
}

/** Both are called from inside a `send` or `flush`. */
export interface OutboxOwner {
  /** From now on bytes wait for the peer. */
  held(): void;
  /** The connection is gone; called once. */
  lost(): void;
}

/**
 * What the kernel does not take at once waits here, in order and without a copy. Bun's `write` takes a part and forgets the rest.
 *
 *     empty ──kernel is full──► waiting ──flush──► empty
 *       └──────────┬───────────────┘
 *       the connection is gone: nothing waits any more, and what is sent is forgotten
 */
export class Outbox {
  readonly #socket: WritableSocket;
  readonly #owner: OutboxOwner;
  /** Made when something has to wait for the first time: most answers never do. */
  #waiting: Uint8Array[] | undefined;
  #waitingBytes = 0;
  #gone = false;

  constructor(socket: WritableSocket, owner: OutboxOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  /** Bytes that the kernel has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Nobody will have what is sent, nor have what waited. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Sends bytes that stay unchanged. */
  send(bytes: Uint8Array): void {
    const taken = this.#write(bytes, bytes.length);
    if (taken < bytes.length) this.#keep(taken === 0 ? bytes : bytes.subarray(taken));
  }

  /** Sends the first bytes of a buffer that will be used again: what has to wait is copied. */
  sendScratch(scratch: Uint8Array, length: number): void {
    const taken = this.#write(scratch, length);
    // `slice` of a Buffer would be a view of it.
    if (taken < length) this.#keep(new Uint8Array(scratch.subarray(taken, length)));
  }

  /** The kernel has room again. Returns whether anything was taken. */
  flush(): boolean {
    const before = this.#waitingBytes;
    const waiting = this.#waiting;
    while (waiting !== undefined && !this.#gone) {
      const [first] = waiting;
      if (first === undefined) break;
      const taken = this.#socket.write(first, 0, first.length);
      if (taken < 0) this.#lose();
      else if (taken < first.length) {
        waiting[0] = first.subarray(taken);
        this.#waitingBytes -= taken;
        break;
      } else {
        waiting.shift();
        this.#waitingBytes -= taken;
      }
    }
    return !this.#gone && this.#waitingBytes < before;
  }

  /** The connection is gone, and its owner knows. */
  close(): void {
    this.#gone = true;
    this.#waiting = undefined;
    this.#waitingBytes = 0;
  }

  /** How many bytes need not be kept: the kernel has them, or nobody wants them. */
  #write(bytes: Uint8Array, length: number): number {
    if (this.#gone) return length;
    if (this.#waitingBytes > 0) return 0;
    const taken = this.#socket.write(bytes, 0, length);
    if (taken >= 0) return taken;
    this.#lose();
    return length;
  }

  #lose(): void {
    this.close();
    this.#owner.lost();
  }

  #keep(bytes: Uint8Array): void {
    if (this.#waitingBytes === 0) this.#owner.held();
    this.#waiting ??= [];
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }
}
