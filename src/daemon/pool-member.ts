import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Daemon } from '../core/daemon.ts';
import { BackOff } from './back-off.ts';
import { pause } from './pause.ts';
import type { Probe } from './reachability.ts';

/** Looks for one that took no connection: often at first, since it may be back in a moment. */
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 250;

/** One address of a pool, with its daemon and what is known of both. */
export class PoolMember {
  readonly address: Address;
  readonly daemon: Daemon;
  readonly #probe: Probe;
  readonly #clock: Clock;
  #conversations = 0;
  #watch: AbortController | undefined;
  #closed = false;

  constructor(address: Address, daemon: Daemon, probe: Probe, clock: Clock) {
    this.address = address;
    this.daemon = daemon;
    this.#probe = probe;
    this.#clock = clock;
  }

  get conversations(): number {
    return this.#conversations;
  }

  /** May be given requests: its daemon is up, or somebody else's. */
  get isUp(): boolean {
    return this.daemon.state === 'up' || this.daemon.state === 'none';
  }

  /** Took no connection lately: only for when there is no other. */
  get isDoubtful(): boolean {
    return this.#watch !== undefined;
  }

  enter(): void {
    this.#conversations += 1;
    this.daemon.enter();
  }

  leave(): void {
    this.#conversations -= 1;
    this.daemon.leave();
  }

  reached(): void {
    this.#watch?.abort();
    this.#watch = undefined;
  }

  /** Is left out from now on, until it takes a connection or its daemon is another. */
  unreachable(): void {
    this.daemon.suspect();
    if (this.#watch !== undefined || this.#closed) return;
    this.#watch = new AbortController();
    void this.#look(this.#watch.signal);
  }

  /** Looks for nothing any more. */
  close(): void {
    this.#closed = true;
    this.reached();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const wait = new BackOff(FIRST_LOOK_MS, LAST_LOOK_MS);
    while (!signal.aborted) {
      await pause(this.#clock, wait.next(), signal);
      if (signal.aborted) return;
      const isBack = !this.isUp || (await this.#probe()) === 'listening';
      if (isBack && !signal.aborted) return this.reached();
    }
  }
}
