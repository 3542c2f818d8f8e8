import { lstatSync } from 'node:fs';
import type { Address } from '../config/configuration.ts';
import { isOrphaned } from './find-orphan.ts';
import { isAlive, type Probe } from './reachability.ts';

/** A daemon that somebody else keeps, or nobody: it is used as long as it is there, and looked at when there is doubt. */
export class AdoptedDaemon {
  readonly #address: Address;
  readonly #lifePath: string;
  readonly #probe: Probe;
  readonly #gone: () => void;
  #isLooking = false;

  /** `lifePath`: of its life lock. `gone`: after a suspicion, it was found not to answer any more. */
  constructor(address: Address, lifePath: string, probe: Probe, gone: () => void) {
    this.#address = address;
    this.#lifePath = lifePath;
    this.#probe = probe;
    this.#gone = gone;
  }

  /** Whoever retires a daemon removes its name first; whoever is killed leaves an orphan. Both looks are cheap enough to take before every use. */
  get hasLeft(): boolean {
    const address = this.#address;
    if (address.kind !== 'unix') return false;
    return lstatSync(address.path, { throwIfNoEntry: false }) === undefined || isOrphaned(this.#lifePath);
  }

  /** Somebody had no answer from it. One look at a time, however many say so. Resolves when the look is over. */
  async suspect(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const alive = isAlive(await this.#probe());
    this.#isLooking = false;
    if (!alive) this.#gone();
  }
}
