import { SystemClock } from '../system/system-clock.ts';
import { systemCalls } from './system/system-calls.ts';

/** Of clock_gettime(2): since the machine was started, sleep included. */
const CLOCK_BOOTTIME = 7;

/**
 * A clock that goes on from process to process: milliseconds since the machine was started, never set. What policies keep
 * from one request to the next is dated by it.
 */
export class BootClock extends SystemClock {
  readonly #offsetMs: number;

  constructor() {
    super();
    // Of two numbers of 64 bits the lower halves, which hold 68 years.
    const time = new Int32Array(4);
    systemCalls().clock_gettime(CLOCK_BOOTTIME, time);
    const [seconds = 0, , nanoseconds = 0] = time;
    this.#offsetMs = seconds * 1000 + nanoseconds / 1e6 - super.now();
  }

  override now(): number {
    return super.now() + this.#offsetMs;
  }
}
