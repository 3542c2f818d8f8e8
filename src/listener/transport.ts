import type { ListenerState } from './listener-state.ts';
import { Outbox, type OutboxOwner, type WritableSocket } from './outbox.ts';

/** What a connection needs of Bun's socket. */
export interface TransportSocket extends WritableSocket {
  pause(): void;
  resume(): void;
  /** Sends FIN; reading goes on. */
  shutdown(): void;
  end(): void;
  /** Resets the connection: the peer sees an error, not an end. */
  terminate(): void;
}

/**
 * The socket of one connection, whatever is spoken over it: what has come and nobody has taken yet, what waits to be sent, and how it ends.
 *
 *     reading ◄─pause, resume─► paused
 *        └──────────┬──────────────┘
 *                   ├─ shutdown: FIN is sent, what still comes is thrown away (lingering) ──► gone
 *                   └─ end, terminate, or the peer ─────────────────────────────────────────► gone
 *
 * Lingering keeps the kernel from resetting the connection under an answer that the peer has not read yet (RFC 9112, section 9.6).
 */
export class Transport implements OutboxOwner {
  readonly outbox: Outbox;
  readonly #socket: TransportSocket;
  readonly #listener: ListenerState;
  readonly #abort: { abort(): void };
  #input: Uint8Array | undefined;
  #paused = false;
  #shut = false;
  #discarded = 0;
  /** The peer has sent FIN. */
  inputEnded = false;
  /** When the peer last did what is waited for. */
  progressMs: number;

  /** `connection` is told when the peer turns out to be gone. */
  constructor(socket: TransportSocket, listener: ListenerState, connection: { abort(): void }) {
    this.#socket = socket;
    this.#listener = listener;
    this.#abort = connection;
    this.outbox = new Outbox(socket, this);
    this.progressMs = listener.nowMs;
  }

  progressed(): void {
    this.progressMs = this.#listener.nowMs;
  }

  /** The time that the peer may take for the answer begins. */
  held(): void {
    this.progressed();
  }

  /** Later: whoever is writing just now must not hear of the end in the middle of it. */
  lost(): void {
    queueMicrotask(() => this.#abort.abort());
  }

  /** The socket is gone. */
  closed(): void {
    this.#shut = true;
    this.#input = undefined;
    this.outbox.close();
  }

  /** Bytes that nobody has taken yet. */
  get waitingBytes(): number {
    return this.#input?.length ?? 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  keep(chunk: Uint8Array): void {
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
  }

  /** Hands over all that has come. */
  take(): Uint8Array | undefined {
    const input = this.#input;
    this.#input = undefined;
    return input;
  }

  /** To be taken later: `chunk` from index `from` on. */
  putBack(chunk: Uint8Array, from: number): void {
    this.#input = from < chunk.length ? chunk.subarray(from) : undefined;
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  /** Takes no more where so many bytes wait already. */
  pauseOver(bytes: number): void {
    if (this.waitingBytes > bytes) this.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** Throws away what comes. False where it is more than `atMost` by now. */
  discard(chunk: Uint8Array, atMost: number): boolean {
    this.#discarded += chunk.length;
    return this.#discarded <= atMost;
  }

  shutdown(): void {
    if (this.#shut) return;
    this.#shut = true;
    this.progressed();
    this.linger();
    if (this.inputEnded) this.end();
    else this.#socket.shutdown();
  }

  /** From now on nobody wants what comes, and it comes without hindrance. */
  linger(): void {
    this.#input = undefined;
    this.resume();
  }

  end(): void {
    this.#socket.end();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
