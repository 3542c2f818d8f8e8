import { statSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { FileLock } from '../system/file-lock.ts';

/** How long the lock is kept after the last conversation: under load it is then not taken and given back for each. */
const LINGER_MS = 100;
const RETRY_MS = 50;
/** By how much a file may be changed later than the clock of milliseconds says. */
const FINER_MS = 100;

/**
 * Counts the conversations of this keeper with the daemon, and holds the shared use lock while there are any, so that no
 * other keeper retires the daemon meanwhile. Where the lock cannot be had (somebody retires the daemon just now, or the
 * file cannot be opened) the conversation goes on without, and the lock is tried again as long as there is one. Whoever takes
 * or gives back the shared lock changes the file, so that others see how long ago that was.
 */
export class UseLock {
  readonly #path: string;
  readonly #clock: Clock;
  #conversations = 0;
  #leftMs: number;
  #shared: FileLock | undefined;
  #exclusive: FileLock | undefined;
  #cancelTimer: (() => void) | undefined;
  /** The last change of the file that was ours. */
  #markedMs: number | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#leftMs = clock.now();
  }

  get inUse(): boolean {
    return this.#conversations > 0;
  }

  enter(): void {
    this.#conversations += 1;
    if (this.#shared === undefined && this.#cancelTimer === undefined) this.#share();
  }

  leave(): void {
    this.#conversations -= 1;
    if (this.#conversations > 0) return;
    this.#leftMs = this.#clock.now();
    if (this.#shared !== undefined) this.#later(LINGER_MS, this.#linger);
  }

  /** Nobody is in conversation, here or elsewhere, and nobody else's conversation begins until `release`. Throws a Fault. */
  tryExclusive(): boolean {
    if (this.inUse) return false;
    this.#giveBack();
    this.#exclusive ??= FileLock.try(this.#path, 'exclusive');
    return this.#exclusive !== undefined;
  }

  /** How long ago somebody else began or ended conversations, as far as the file tells; Infinity where nobody did after us. */
  othersUsedAgoMs(): number {
    const changedMs = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs;
    if (changedMs === undefined || changedMs === this.#markedMs) return Number.POSITIVE_INFINITY;
    const agoMs = Date.now() - changedMs;
    // The clock of the machine was set back: nothing can be said. The file's time is the finer one.
    return agoMs < -FINER_MS ? Number.POSITIVE_INFINITY : Math.max(0, agoMs);
  }

  /** Ends what `tryExclusive` began. */
  release(): void {
    this.#exclusive?.release();
    this.#exclusive = undefined;
  }

  close(): void {
    this.release();
    this.#giveBack();
  }

  readonly #share = (): void => {
    this.#cancelTimer = undefined;
    if (!this.inUse || this.#shared !== undefined) return;
    try {
      this.#shared = FileLock.try(this.#path, 'shared');
      this.#markedMs = this.#shared?.touch() ?? this.#markedMs;
    } catch {
      // Whether locks can be had at all is found and told when the daemon is started, which needs one.
    }
    if (this.#shared === undefined) this.#later(RETRY_MS, this.#share);
  };

  readonly #linger = (): void => {
    this.#cancelTimer = undefined;
    // With a conversation on, its `leave` sets the next timer.
    if (this.inUse) return;
    const restMs = this.#leftMs + LINGER_MS - this.#clock.now();
    if (restMs > 0) this.#later(restMs, this.#linger);
    else this.#giveBack();
  };

  #later(delayMs: number, action: () => void): void {
    this.#cancelTimer ??= this.#clock.after(delayMs, action);
  }

  #giveBack(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#markedMs = this.#shared?.touch() ?? this.#markedMs;
    this.#shared?.release();
    this.#shared = undefined;
  }
}
