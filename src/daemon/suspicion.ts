import type { Clock } from '../core/clock.ts';
import { BackOff } from './back-off.ts';
import { pause } from './pause.ts';
import type { Probe } from './reachability.ts';

/** A living daemon may replace its socket (a restart of its own); it does so quickly. */
const UNREACHABLE_MS = 3000;
/** A full backlog is what overload looks like, and a restart then makes it worse: only one never seen to move is hung. */
const HUNG_MS = 30_000;

/**
 * Watches a daemon whose process lives but which refused a connection: until it takes one, or has taken none for so long
 * that it will not.
 */
export class Suspicion {
  readonly #clock: Clock;
  readonly #probe: Probe;
  readonly #unresponsive: () => void;
  #watch: AbortController | undefined;

  constructor(clock: Clock, probe: Probe, unresponsive: () => void) {
    this.#clock = clock;
    this.#probe = probe;
    this.#unresponsive = unresponsive;
  }

  raise(): void {
    if (this.#watch !== undefined) return;
    this.#watch = new AbortController();
    this.#look(this.#watch);
  }

  clear(): void {
    this.#watch?.abort();
    this.#watch = undefined;
  }

  async #look(watch: AbortController): Promise<void> {
    const sinceMs = this.#clock.now();
    const wait = new BackOff(50, 500);
    for (;;) {
      const found = await this.#probe();
      if (watch.signal.aborted) return;
      if (found === 'listening') return this.clear();
      if (this.#clock.now() - sinceMs >= (found === 'busy' ? HUNG_MS : UNREACHABLE_MS)) break;
      await pause(this.#clock, wait.next(), watch.signal);
    }
    this.clear();
    this.#unresponsive();
  }
}
