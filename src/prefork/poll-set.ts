import { closeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { duplicateDescriptor } from '../system/duplicate-descriptor.ts';
import { errno } from '../system/errno.ts';
import { socketCalls } from './socket-calls.ts';

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;
/** `struct epoll_event` is packed on x86-64 alone: 12 bytes there, 16 elsewhere. */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const DATA_OFFSET = EVENT_BYTES - 8;
const MAX_EVENTS = 256;
/** Between two looks where the event loop cannot tell. */
const LOOK_EVERY_MS = 5;
/** Looks in a row: what is dealt with is often answered at once, and a further look costs a tenth of a further news. */
const MOST_LOOKS = 8;

export interface PollSetOptions {
  /** Not by the event loop: a look so often, while there is anything to look at. */
  readonly everyMs?: number;
  /** Told when the event loop refuses and the set is looked at by a timer. */
  readonly deaf?: (fault: unknown) => void;
}

/**
 * Descriptors that are watched without being read, which the runtime's sockets cannot: they read what comes. An epoll instance of our own
 * holds them. The event loop learns that something is there by a copy of the instance's descriptor that it takes for a socket: it
 * waits for it as for any other, and the read with which it answers fails (ENOTSOCK) and changes nothing. So each news costs one such
 * socket, 7 microseconds of processor time, however many descriptors have something. Where a runtime refuses, the set is looked at every 5 ms.
 *
 * For a few descriptors: the kernel looks through all of them for circles each time that the event loop is given the instance. For many there is the
 * set that is looked at by a timer, whose cost does not grow with them.
 *
 * Level-triggered: what was not dealt with is told again.
 */
export class PollSet {
  readonly #clock: Clock;
  readonly #instance: number;
  readonly #watched = new Map<number, () => void>();
  readonly #events = new DataView(new ArrayBuffer(EVENT_BYTES * MAX_EVENTS));
  readonly #eventBytes = new Uint8Array(this.#events.buffer);
  readonly #change = new DataView(new ArrayBuffer(EVENT_BYTES));
  readonly #changeBytes = new Uint8Array(this.#change.buffer);
  readonly #everyMs: number | undefined;
  readonly #deaf: (fault: unknown) => void;
  #closed = false;
  #isAwaited = false;

  /** Throws a Fault where no descriptor is left. */
  constructor(clock: Clock, { everyMs, deaf = () => {} }: PollSetOptions = {}) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#deaf = deaf;
    this.#instance = socketCalls().epoll_create1(EPOLL_CLOEXEC);
    if (this.#instance < 0) {
      throw new Fault('prefork/no-descriptor', `expected a free descriptor, found error number ${errno()}`);
    }
    this.#await();
  }

  /** Calls `readable` as long as the descriptor is readable, has ended or failed. False where the kernel has no room for it. */
  add(descriptor: number, readable: () => void): boolean {
    this.#change.setUint32(0, EPOLLIN, true);
    this.#change.setInt32(DATA_OFFSET, descriptor, true);
    if (socketCalls().epoll_ctl(this.#instance, EPOLL_CTL_ADD, descriptor, this.#changeBytes) !== 0)
      return false;
    this.#watched.set(descriptor, readable);
    if (!this.#isAwaited) this.#await();
    return true;
  }

  /** To be called before the descriptor is closed or passed on: the kernel watches what is behind it, whoever holds it. */
  remove(descriptor: number): void {
    if (!this.#watched.delete(descriptor)) return;
    socketCalls().epoll_ctl(this.#instance, EPOLL_CTL_DEL, descriptor, this.#changeBytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watched.clear();
    closeSync(this.#instance);
  }

  #await(): void {
    if (this.#everyMs !== undefined) {
      this.#isAwaited = this.#watched.size > 0;
      if (this.#isAwaited) this.#clock.after(this.#everyMs, () => this.#look());
      return;
    }
    this.#isAwaited = true;
    let copy: number;
    try {
      copy = duplicateDescriptor(this.#instance);
    } catch {
      // No descriptor is free: the next look may find one.
      this.#clock.after(LOOK_EVERY_MS, () => this.#look());
      return;
    }
    // The types do not know that a descriptor can be taken for a connection.
    const options = { fd: copy, socket: { data() {}, error() {}, close: () => this.#look() } } as unknown;
    Bun.connect(options as Bun.UnixSocketOptions).catch((fault: unknown) => {
      this.#deaf(fault);
      this.#clock.after(LOOK_EVERY_MS, () => this.#look());
    });
  }

  #look(): void {
    if (this.#closed) return;
    for (let looks = 0; looks < MOST_LOOKS && this.#tellOnce(); looks += 1);
    if (!this.#closed) this.#await();
  }

  /** Whether there was anything to tell. */
  #tellOnce(): boolean {
    const found = socketCalls().epoll_wait(this.#instance, this.#eventBytes, MAX_EVENTS, 0);
    for (let index = 0; index < found; index += 1) {
      const descriptor = this.#events.getInt32(index * EVENT_BYTES + DATA_OFFSET, true);
      // One before it may have removed it.
      this.#watched.get(descriptor)?.();
    }
    return found > 0 && !this.#closed;
  }
}
