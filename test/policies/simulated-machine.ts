import type { Decision } from '../../src/core/decision.ts';
import type { RunLane } from '../../src/core/lane.ts';
import type { Load } from '../../src/core/load.ts';
import type { Result } from '../../src/core/outcome.ts';
import type { Random } from '../../src/core/random.ts';
import type { View } from '../../src/core/view.ts';
import type { PolicyChain } from '../../src/policy/policy-chain.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

export interface MachineOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly chain: PolicyChain;
  readonly processors: number;
  /** Processor time that one request needs, milliseconds; drawn anew for each. */
  readonly work: (random: Random) => number;
  /** Time in which the program sleeps, with no processor. */
  readonly sleepMs?: number;
  readonly lanes?: readonly RunLane[];
  readonly queueMax?: number;
  readonly queueTimeoutMs?: number;
  /** Signals that this machine cannot measure. */
  readonly withoutSignals?: boolean;
  /** Whoever is refused comes back after this long at the soonest, so many times. */
  readonly retries?: { readonly times: number; readonly afterMs: number };
}

/** What became of one visitor's request. */
export interface SimulatedAnswer {
  readonly result: Result;
  readonly decision: Decision;
  readonly arrivedMs: number;
  readonly finishedMs: number;
  readonly totalMs: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly arrivedMs: number;
  readonly triesLeft: number;
  takeBack: () => void;
}

interface Running {
  readonly arrivedMs: number;
  readonly startedMs: number;
  readonly inflight: number;
  readonly decision: Decision;
  /** Attained service of the whole machine at which it is done. */
  readonly doneAt: number;
}

const view: View = { meta: () => undefined, entries: () => [] };
const SAMPLE_MS = 100;

/**
 * A machine with one application behind the gate: open-loop arrivals (Poisson), a bounded admission queue, slots by the
 * limit of the chain, and processors that all running requests share evenly. Deterministic for a seed.
 */
export class SimulatedMachine {
  readonly answers: SimulatedAnswer[] = [];
  #options: Required<Omit<MachineOptions, 'retries'>> & Pick<MachineOptions, 'retries'>;
  #ratePerSecond = 0;
  #nextArrival: () => void = () => undefined;
  #nextDone: () => void = () => undefined;
  readonly #queue: Waiting[] = [];
  readonly #running = new Set<Running>();
  #sleeping = 0;
  /** Service that any one running request has attained so far, milliseconds of one processor. */
  #attained = 0;
  #attainedMs = 0;
  #loadAverage = 0;
  #crowdedMs = 0;
  #sample = { running: 0, pressure: 0 };

  constructor(options: MachineOptions) {
    this.#options = {
      sleepMs: 0,
      lanes: ['exec'],
      queueMax: 128,
      queueTimeoutMs: 10_000,
      withoutSignals: false,
      ...options,
    };
    this.#sampleForever();
    this.#averageForever();
  }

  get limit(): number {
    return this.#options.chain.limit('exec');
  }

  get inflight(): number {
    return this.#running.size + this.#sleeping;
  }

  /** Makes every further request need this much. */
  set work(work: MachineOptions['work']) {
    this.#options = { ...this.#options, work };
  }

  /** Runs for a time with so many arrivals a second; gives the answers that were finished in it. */
  run(ratePerSecond: number, forMs: number): SimulatedAnswer[] {
    const before = this.answers.length;
    this.#ratePerSecond = ratePerSecond;
    this.#nextArrival();
    this.#scheduleArrival();
    this.#options.clock.advance(forMs);
    return this.answers.slice(before);
  }

  #load(): Load {
    const { processors, withoutSignals, lanes } = this.#options;
    const known = <T>(value: T) => (withoutSignals ? undefined : value);
    return {
      processors,
      loadAverage: known(this.#loadAverage),
      running: known(this.#sample.running),
      cpuPressure: known(this.#sample.pressure),
      memoryPressure: known(0),
      ioPressure: known(0),
      cpuBusy: undefined,
      memoryAvailable: undefined,
      eventLoopDelayMs: undefined,
      lanes,
      daemon: 'none',
      inflight: { exec: this.inflight, forward: 0 },
      queued: this.#queue.length,
      oldestWaitMs: this.#options.clock.now() - (this.#queue[0]?.arrivedMs ?? this.#options.clock.now()),
    };
  }

  #scheduleArrival(): void {
    if (this.#ratePerSecond <= 0) return;
    const gapMs = (-Math.log(1 - this.#options.random()) * 1000) / this.#ratePerSecond;
    this.#nextArrival = this.#options.clock.after(gapMs, () => {
      this.#scheduleArrival();
      this.#arrive(this.#options.retries?.times ?? 0);
    });
  }

  #arrive(triesLeft: number): void {
    const { clock, chain, queueMax, queueTimeoutMs } = this.#options;
    const arrivedMs = clock.now();
    const arrival = chain.arrive(view, this.#load());
    const waiting: Waiting = { arrivedMs, triesLeft, takeBack: () => undefined };
    if ('decision' in arrival) return this.#refuse(waiting, arrival.decision);
    if (this.#queue.length >= queueMax) {
      // With the newest first it is the oldest that has the least hope.
      const oldest = chain.queueDiscipline().order === 'newest-first' ? this.#queue.shift() : undefined;
      oldest?.takeBack();
      this.#refuse(oldest ?? waiting, refusal('queue_full'));
      if (oldest === undefined) return;
    }
    this.#queue.push(waiting);
    const wait = Math.min(queueTimeoutMs, chain.queueDiscipline().maxWaitMs ?? queueTimeoutMs);
    waiting.takeBack = clock.after(wait, () => {
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      this.#refuse(waiting, refusal('queue_timeout'));
    });
    this.#grant();
  }

  #grant(): void {
    const { clock, chain, sleepMs } = this.#options;
    while (this.#queue.length > 0 && this.inflight < chain.limit('exec')) {
      const { order, maxWaitMs } = chain.queueDiscipline();
      const next = order === 'newest-first' ? this.#queue.pop() : this.#queue.shift();
      if (next === undefined) return;
      next.takeBack();
      if (maxWaitMs !== undefined && clock.now() - next.arrivedMs > maxWaitMs) {
        this.#refuse(next, refusal('queue_timeout'));
        continue;
      }
      const decision = chain.dispatch(view, this.#load());
      if (decision.lane === 'shed') {
        this.#refuse(next, decision);
        continue;
      }
      const inflight = this.inflight + 1;
      if (sleepMs === 0) {
        this.#start(next, decision, clock.now(), inflight);
        continue;
      }
      this.#sleeping += 1;
      const startedMs = clock.now();
      clock.after(sleepMs, () => {
        this.#sleeping -= 1;
        this.#start(next, decision, startedMs, inflight);
      });
    }
  }

  #start({ arrivedMs }: Waiting, decision: Decision, startedMs: number, inflight: number): void {
    this.#attain();
    const doneAt = this.#attained + this.#options.work(this.#options.random);
    this.#running.add({ arrivedMs, startedMs, inflight, decision, doneAt });
    this.#scheduleDone();
  }

  #scheduleDone(): void {
    this.#nextDone();
    let first: Running | undefined;
    for (const running of this.#running)
      if (first === undefined || running.doneAt < first.doneAt) first = running;
    if (first === undefined) return;
    const done = first;
    const delayMs = Math.max(0, done.doneAt - this.#attained) / this.#share();
    this.#nextDone = this.#options.clock.after(delayMs, () => {
      this.#attain();
      this.#running.delete(done);
      this.#finish(done, 'served', done.decision, done.startedMs, done.inflight);
      this.#scheduleDone();
      this.#grant();
    });
  }

  #refuse(waiting: Waiting, decision: Decision): void {
    const { clock, random, retries } = this.#options;
    this.#finish(waiting, 'ignored', decision, clock.now(), 0);
    if (retries === undefined || waiting.triesLeft === 0) return;
    clock.after(retries.afterMs * (1 + random()), () => this.#arrive(waiting.triesLeft - 1));
  }

  #finish(
    { arrivedMs }: Waiting | Running,
    result: Result,
    decision: Decision,
    startedMs: number,
    inflight: number,
  ): void {
    const finishedMs = this.#options.clock.now();
    const waitMs = startedMs - arrivedMs;
    const busyMs = finishedMs - startedMs;
    const totalMs = finishedMs - arrivedMs;
    this.answers.push({ result, decision, arrivedMs, finishedMs, totalMs, waitMs });
    const { lane } = decision;
    this.#options.chain.outcome({ lane, result, waitMs, firstByteMs: busyMs, busyMs, totalMs, inflight });
  }

  /** Of one processor, what each running request has. */
  #share(): number {
    return Math.min(1, this.#options.processors / Math.max(1, this.#running.size));
  }

  #attain(): void {
    const nowMs = this.#options.clock.now();
    const passedMs = nowMs - this.#attainedMs;
    this.#attained += passedMs * this.#share();
    if (this.#running.size > this.#options.processors) this.#crowdedMs += passedMs;
    this.#attainedMs = nowMs;
  }

  #sampleForever(): void {
    this.#attain();
    this.#sample = { running: this.#running.size, pressure: this.#crowdedMs / SAMPLE_MS };
    this.#crowdedMs = 0;
    this.#options.clock.after(SAMPLE_MS, () => this.#sampleForever());
  }

  /** As Linux does: every 5 s, with a time constant of a minute. */
  #averageForever(): void {
    const kept = Math.exp(-5 / 60);
    this.#loadAverage = this.#loadAverage * kept + this.#running.size * (1 - kept);
    this.#options.clock.after(5000, () => this.#averageForever());
  }
}

function refusal(reason: string): Decision {
  return { lane: 'shed', policy: 'admission', reason };
}
