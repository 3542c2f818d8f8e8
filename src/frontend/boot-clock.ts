import { readFileSync } from 'node:fs';
import { SystemClock } from '../system/system-clock.ts';

/**
 * A clock that goes on from process to process: milliseconds since the machine was started, never set. What policies keep
 * from one request to the next is dated by it. The kernel gives it in steps of 10 ms; within a process it runs smoothly.
 */
export class BootClock extends SystemClock {
  readonly #offsetMs: number;

  constructor(file = '/proc/uptime') {
    super();
    this.#offsetMs = Number.parseFloat(readFileSync(file, 'latin1')) * 1000 - super.now();
  }

  override now(): number {
    return super.now() + this.#offsetMs;
  }
}
