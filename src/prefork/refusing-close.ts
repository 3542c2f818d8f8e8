import type { Clock } from '../core/clock.ts';
import { EAGAIN, EINTR, errno } from '../system/errno.ts';
import type { PollSet } from './poll-set.ts';
import { socketCalls } from './socket-calls.ts';

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;
const LONGEST_MS = 2000;
const MOST_AT_ONCE = 256;

const unread = new Uint8Array(new ArrayBuffer(65_536));

/**
 * Answers without a worker. To close while the peer still sends would destroy the answer on its way (TCP resets, Unix sockets fail the
 * peer's next call): so our side is shut, and what comes is thrown away until the peer ends, for a bounded time.
 */
export class RefusingClose {
  readonly #polls: PollSet;
  readonly #clock: Clock;
  readonly #closed: () => void;
  readonly #open = new Map<number, () => void>();

  /** `closed`: called for each descriptor that has become free. */
  constructor(polls: PollSet, clock: Clock, closed: () => void) {
    this.#polls = polls;
    this.#clock = clock;
    this.#closed = closed;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Takes the descriptor over. Short answers only: what does not fit into the socket's buffer is lost. */
  refuse(descriptor: number, answer: string): void {
    const { send, shutdown } = socketCalls();
    const bytes = Buffer.from(answer, 'latin1');
    send(descriptor, bytes, BigInt(bytes.length), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(descriptor, SHUT_WR);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST_AT_ONCE && oldest !== undefined) this.#close(oldest);
    this.#open.set(
      descriptor,
      this.#clock.after(LONGEST_MS, () => this.#close(descriptor)),
    );
    if (this.#polls.add(descriptor, () => this.#read(descriptor))) this.#read(descriptor);
    else this.#close(descriptor);
  }

  closeAll(): void {
    for (const descriptor of [...this.#open.keys()]) this.#close(descriptor);
  }

  #read(descriptor: number): void {
    const length = Number(socketCalls().recv(descriptor, unread, BigInt(unread.length), MSG_DONTWAIT));
    if (length > 0) return;
    const error = length < 0 ? errno() : 0;
    if (error !== EAGAIN && error !== EINTR) this.#close(descriptor);
  }

  #close(descriptor: number): void {
    const cancel = this.#open.get(descriptor);
    if (cancel === undefined) return;
    this.#open.delete(descriptor);
    cancel();
    this.#polls.remove(descriptor);
    socketCalls().close(descriptor);
    this.#closed();
  }
}
