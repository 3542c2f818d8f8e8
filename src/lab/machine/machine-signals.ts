import type { SharedProcessors } from './shared-processors.ts';
import type { VirtualClock } from './virtual-clock.ts';

const SAMPLE_MS = 100;
const AVERAGE_MS = 5000;
/** Linux keeps so much of the load average every 5 s, for a time constant of a minute. */
const KEPT = Math.exp(-AVERAGE_MS / 60_000);

/** What a kernel says of simulated processors, and how late a simulated event loop is: as it was when it was last sampled. */
export class MachineSignals {
  readonly #clock: VirtualClock;
  readonly #processors: SharedProcessors;
  readonly #loopDelayMs: () => number;
  /** Of one minute. */
  loadAverage = 0;
  running = 0;
  /** Share of the time in which some task waited for a processor. */
  cpuPressure = 0;
  eventLoopDelayMs = 0;

  constructor(clock: VirtualClock, processors: SharedProcessors, loopDelayMs: () => number) {
    this.#clock = clock;
    this.#processors = processors;
    this.#loopDelayMs = loopDelayMs;
    this.#sampleForever();
    this.#averageForever();
  }

  #sampleForever(): void {
    this.cpuPressure = this.#processors.takeCrowdedMs() / SAMPLE_MS;
    this.running = this.#processors.tasks;
    this.eventLoopDelayMs = this.#loopDelayMs();
    this.#clock.after(SAMPLE_MS, () => this.#sampleForever());
  }

  #averageForever(): void {
    this.loadAverage = this.loadAverage * KEPT + this.#processors.tasks * (1 - KEPT);
    this.#clock.after(AVERAGE_MS, () => this.#averageForever());
  }
}
