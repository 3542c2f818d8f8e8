import type { VirtualClock } from './virtual-clock.ts';

interface Job {
  /** Attained service at which it is done. */
  readonly doneAt: number;
  readonly done: () => void;
}

/** Processors that all tasks which want to run share evenly, none having more than one (processor sharing). Exact for any lengths of work. */
export class SharedProcessors {
  readonly #clock: VirtualClock;
  readonly #processors: number;
  readonly #neighbours: number;
  /** That which is done first comes last. All attain the same, so their order never changes. */
  readonly #jobs: Job[] = [];
  /** Service that any one job has attained that has been there from the beginning, milliseconds of one processor. */
  #attained = 0;
  #attainedMs = 0;
  #workedMs = 0;
  #crowdedMs = 0;
  #cancelDone: () => void = () => undefined;

  /** `neighbours`: tasks of somebody else that never sleep. */
  constructor(clock: VirtualClock, processors: number, neighbours: number) {
    this.#clock = clock;
    this.#processors = processors;
    this.#neighbours = neighbours;
    this.#attainedMs = clock.now();
  }

  /** Tasks that run or want to. */
  get tasks(): number {
    return this.#jobs.length + this.#neighbours;
  }

  /** Processor time that jobs had in all up to the last event, milliseconds. */
  get workedMs(): number {
    return this.#workedMs;
  }

  /** `done` is called when the job has had so much processor time, milliseconds. */
  run(workMs: number, done: () => void): void {
    this.#attain();
    const doneAt = this.#attained + workMs;
    let [from, to] = [0, this.#jobs.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#jobs[middle]?.doneAt ?? 0) > doneAt) from = middle + 1;
      else to = middle;
    }
    this.#jobs.splice(from, 0, { doneAt, done });
    this.#scheduleDone();
  }

  /** For how long some task had to wait for a processor since this was asked last, milliseconds. */
  takeCrowdedMs(): number {
    this.#attain();
    const crowdedMs = this.#crowdedMs;
    this.#crowdedMs = 0;
    return crowdedMs;
  }

  #scheduleDone(): void {
    this.#cancelDone();
    const next = this.#jobs.at(-1);
    if (next === undefined) return;
    const delayMs = Math.max(0, next.doneAt - this.#attained) / this.#share();
    this.#cancelDone = this.#clock.after(delayMs, () => {
      this.#attain();
      this.#jobs.pop();
      next.done();
      this.#scheduleDone();
    });
  }

  /** Of one processor, what each task has. */
  #share(): number {
    return Math.min(1, this.#processors / Math.max(1, this.tasks));
  }

  #attain(): void {
    const nowMs = this.#clock.now();
    const passedMs = nowMs - this.#attainedMs;
    this.#attained += passedMs * this.#share();
    this.#workedMs += passedMs * this.#share() * this.#jobs.length;
    if (this.tasks > this.#processors) this.#crowdedMs += passedMs;
    this.#attainedMs = nowMs;
  }
}
