import type { Clock } from '../core/clock.ts';
import { EAGAIN, EINTR, errno } from '../system/errno.ts';
import type { PollSet } from './poll-set.ts';
import { socketCalls } from './socket-calls.ts';

const SOCK_CLOEXEC = 0o2000000;
const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
/** The visitor was gone before it was accepted. */
const ECONNABORTED = 103;
/** Per news of the event loop, so that workers are heard in between. */
const BATCH = 64;
/** Where no connection may be accepted, or none can for want of descriptors or memory. */
const PAUSE_MS = 20;
/** Who has just come may be about to speak: nobody has to make room earlier. */
const SPARED_MS = 250;
/** So many of the silent are heard at once, the latest; the others a little later. */
const MOST_PROMPT = 64;

const peeked = new Uint8Array(new ArrayBuffer(8));

export interface AcceptorOptions {
  /** Of a socket that listens and does not block. */
  readonly listening: number;
  readonly polls: PollSet;
  /** For those who have been silent for a while: many, and in no hurry. */
  readonly slowPolls: PollSet;
  readonly clock: Clock;
  /** How many connections may be here, those that workers have taken not counted. */
  readonly maxHeld: number;
  /** How many are here. */
  readonly held: () => number;
  /** How long one may say nothing. */
  readonly silenceTimeoutMs: number;
  /** One that has something to say; the descriptor goes over. */
  readonly arrived: (descriptor: number) => void;
  /** One that was closed, since it said nothing for too long, or had to make room. */
  readonly closedSilent: () => void;
  /** No descriptor is left; accepting pauses. */
  readonly exhausted: (error: number) => void;
}

/**
 * Accepts, and keeps from the workers who has nothing to say: a connection without a first byte waits here, where it costs a descriptor and no
 * worker. Of too many, the one that was silent longest goes, but none that has just come: then the others wait in the kernel's queue.
 *
 *     closed ──open()──► accepting ◄──► paused (too many held; no descriptor left)
 *                            └──finish()──► finishing (the kernel's queue is empty; the silent have a last moment) ──► finished
 */
export class Acceptor {
  readonly #options: AcceptorOptions;
  /** Since when, by descriptor; the longest first. */
  readonly #silent = new Map<number, number>();
  /** Those of them who are heard at once; the longest silent first. */
  readonly #prompt = new Set<number>();
  #state: 'closed' | 'accepting' | 'paused' | 'finishing' = 'closed';
  #cancelSilence: (() => void) | undefined;
  #silenceTimeoutMs: number;
  #finished: (() => void) | undefined;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    this.#silenceTimeoutMs = options.silenceTimeoutMs;
  }

  get silent(): number {
    return this.#silent.size;
  }

  open(): void {
    if (this.#state !== 'closed') return;
    this.#state = 'accepting';
    this.#options.polls.add(this.#options.listening, () => this.#accept());
  }

  /** A descriptor has become free. */
  released(): void {
    if (this.#state === 'paused' && this.#options.held() + this.#silent.size < this.#options.maxHeld)
      this.#resume();
  }

  /** Empties the kernel's queue, accepts no more, and resolves when nobody is silent any more; those that stay so are closed after `graceMs`. */
  async finish(graceMs: number): Promise<void> {
    if (this.#state === 'finishing') return;
    if (this.#state !== 'closed') {
      this.#options.polls.remove(this.#options.listening);
      while (this.#acceptOne() === 'accepted');
    }
    this.#state = 'finishing';
    this.#silenceTimeoutMs = Math.min(graceMs, this.#silenceTimeoutMs);
    this.#cancelSilence?.();
    this.#cancelSilence = undefined;
    const now = this.#options.clock.now();
    for (const descriptor of this.#silent.keys()) this.#silent.set(descriptor, now);
    this.#watchSilence();
    if (this.#silent.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
  }

  #accept(): void {
    for (let count = 0; count < BATCH && this.#state === 'accepting'; count += 1) {
      if (this.#options.held() + this.#silent.size >= this.#options.maxHeld && !this.#closeLongestSilent()) {
        this.#pause();
        return;
      }
      const outcome = this.#acceptOne();
      if (outcome === 'empty') return;
      if (outcome === 'exhausted' && !this.#closeLongestSilent()) {
        this.#pause();
        return;
      }
    }
  }

  #acceptOne(): 'accepted' | 'empty' | 'exhausted' {
    for (;;) {
      const descriptor = socketCalls().accept4(this.#options.listening, null, null, SOCK_CLOEXEC);
      if (descriptor >= 0) {
        this.#look(descriptor, true);
        return 'accepted';
      }
      const error = errno();
      if (error === EAGAIN) return 'empty';
      if (error === EINTR || error === ECONNABORTED) continue;
      this.#options.exhausted(error);
      return 'exhausted';
    }
  }

  /** Whether it has said something, without reading it. */
  #look(descriptor: number, isNew: boolean): void {
    const { clock } = this.#options;
    const length = Number(socketCalls().recv(descriptor, peeked, 1n, MSG_PEEK | MSG_DONTWAIT));
    if (length < 0) {
      const error = errno();
      if (error === EAGAIN || error === EINTR) {
        if (!isNew) return;
        if (this.#watch(descriptor)) {
          this.#silent.set(descriptor, clock.now());
          this.#watchSilence();
          return;
        }
      }
    }
    if (!isNew) this.#forget(descriptor);
    if (length > 0) this.#options.arrived(descriptor);
    else socketCalls().close(descriptor);
    if (!isNew) this.#settle();
  }

  #watch(descriptor: number): boolean {
    const { polls, slowPolls } = this.#options;
    const [longest] = this.#prompt;
    if (longest !== undefined && this.#prompt.size >= MOST_PROMPT) {
      this.#prompt.delete(longest);
      polls.remove(longest);
      slowPolls.add(longest, () => this.#look(longest, false));
    }
    this.#prompt.add(descriptor);
    return polls.add(descriptor, () => this.#look(descriptor, false));
  }

  #forget(descriptor: number): void {
    if (this.#prompt.delete(descriptor)) this.#options.polls.remove(descriptor);
    else this.#options.slowPolls.remove(descriptor);
    this.#silent.delete(descriptor);
  }

  #settle(): void {
    if (this.#silent.size === 0) this.#finished?.();
    this.released();
  }

  #closeLongestSilent(): boolean {
    const [longest] = this.#silent;
    if (longest === undefined) return false;
    const [descriptor, sinceMs] = longest;
    if (this.#options.clock.now() - sinceMs < SPARED_MS) return false;
    this.#closeSilent(descriptor);
    return true;
  }

  #closeSilent(descriptor: number): void {
    this.#forget(descriptor);
    socketCalls().close(descriptor);
    this.#options.closedSilent();
  }

  #watchSilence(): void {
    const [longest] = this.#silent.values();
    if (longest === undefined || this.#cancelSilence !== undefined) return;
    const { clock } = this.#options;
    this.#cancelSilence = clock.after(longest + this.#silenceTimeoutMs - clock.now(), () => {
      this.#cancelSilence = undefined;
      const limitMs = clock.now() - this.#silenceTimeoutMs;
      for (const [descriptor, sinceMs] of this.#silent) {
        if (sinceMs > limitMs) break;
        this.#closeSilent(descriptor);
      }
      this.#settle();
      this.#watchSilence();
    });
  }

  #pause(): void {
    this.#state = 'paused';
    this.#options.polls.remove(this.#options.listening);
    this.#options.clock.after(PAUSE_MS, () => {
      if (this.#state === 'paused') this.#resume();
    });
  }

  #resume(): void {
    this.#state = 'accepting';
    this.#options.polls.add(this.#options.listening, () => this.#accept());
  }
}
