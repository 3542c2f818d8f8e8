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
  /** The lane that requests run in. */
  readonly lane?: RunLane;
  readonly queueMax?: number;
  readonly queueTimeoutMs?: number;
  /** Signals that this machine cannot measure. */
  readonly withoutSignals?: boolean;
  /** Whoever is refused comes back after this long at the soonest, so many times; each time `backOff` times as late. */
  readonly retries?: { readonly times: number; readonly afterMs: number; readonly backOff?: number };
  /** Tasks of somebody else that never sleep. */
  readonly neighbours?: number;
  /** What the gateway's own event loop needs for each thing that happens, milliseconds; things that happen meanwhile wait. */
  readonly loopMs?: number;
  /** What is asked for; the same for every request where left out. */
  readonly view?: (random: Random) => View;
}

/** What became of one visitor's request. */
export interface SimulatedAnswer {
  readonly view: View;
  readonly result: Result;
  readonly decision: Decision;
  readonly arrivedMs: number;
  readonly finishedMs: number;
  readonly totalMs: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly view: View;
  readonly arrivedMs: number;
  readonly tries: number;
  /** Sends the next request as soon as this one is answered. */
  readonly closedLoop: boolean;
  takeBack: () => void;
}

interface Running {
  readonly waiting: Waiting;
  readonly startedMs: number;
  readonly inflight: number;
  readonly decision: Decision;
  /** Attained service of the whole machine at which it is done. */
  readonly doneAt: number;
}

const sameView: View = { meta: () => undefined, entries: () => [] };
const SAMPLE_MS = 100;
/** From the gateway to a visitor in a closed loop and back. */
const NETWORK_MS = 0.1;

/**
 * A machine with one application behind the gate: open-loop arrivals (Poisson), a bounded admission queue, slots by the
 * limit of the chain, and processors that all running requests share evenly. Deterministic for a seed. Visitors in a closed
 * loop may come beside.
 */
export class SimulatedMachine {
  readonly answers: SimulatedAnswer[] = [];
  /** Requests that have come so far, those that came back included. */
  arrived = 0;
  /** Processor time that requests had in all, milliseconds. */
  workedMs = 0;
  #options: Required<Omit<MachineOptions, 'retries'>> & Pick<MachineOptions, 'retries'>;
  #closedLoops = 0;
  #closedLoopsWanted = 0;
  #loopFreeMs = 0;
  #ratePerSecond = 0;
  #nextArrival: () => void = () => undefined;
  #nextDone: () => void = () => undefined;
  readonly #queue: Waiting[] = [];
  readonly #running = new Set<Running>();
  #sleeping = 0;
  /** Done, and the event loop has not seen it yet. */
  #finishing = 0;
  /** Service that any one running request has attained so far, milliseconds of one processor. */
  #attained = 0;
  #attainedMs = 0;
  #loadAverage = 0;
  #crowdedMs = 0;
  #sample = { running: 0, pressure: 0, loopDelayMs: 0 };

  constructor(options: MachineOptions) {
    this.#options = {
      sleepMs: 0,
      lane: 'exec',
      queueMax: 128,
      queueTimeoutMs: 10_000,
      withoutSignals: false,
      neighbours: 0,
      loopMs: 0,
      view: () => sameView,
      ...options,
    };
    this.#sampleForever();
    this.#averageForever();
  }

  get limit(): number {
    return this.#options.chain.limit(this.#options.lane);
  }

  get inflight(): number {
    return this.#running.size + this.#sleeping + this.#finishing;
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

  /** Runs for a time with so many visitors each of whom sends the next request as soon as one is answered. */
  runClosed(visitors: number, forMs: number): SimulatedAnswer[] {
    this.#closedLoopsWanted = visitors;
    for (; this.#closedLoops < visitors; this.#closedLoops += 1) this.#come(0, true);
    return this.run(0, forMs);
  }

  #load(): Load {
    const { processors, withoutSignals, lane } = this.#options;
    const known = <T>(value: T) => (withoutSignals ? undefined : value);
    return {
      processors,
      machineProcessors: known(processors),
      loadAverage: known(this.#loadAverage),
      running: known(this.#sample.running),
      cpuPressure: known(this.#sample.pressure),
      memoryPressure: known(0),
      ioPressure: known(0),
      cpuBusy: undefined,
      memoryAvailable: undefined,
      eventLoopDelayMs: known(this.#sample.loopDelayMs),
      lanes: [lane],
      daemon: 'none',
      inflight: { exec: 0, forward: 0, [lane]: this.inflight },
      queued: this.#queue.length,
      oldestWaitMs: this.#options.clock.now() - (this.#queue[0]?.arrivedMs ?? this.#options.clock.now()),
    };
  }

  #scheduleArrival(): void {
    if (this.#ratePerSecond <= 0) return;
    const gapMs = (-Math.log(1 - this.#options.random()) * 1000) / this.#ratePerSecond;
    this.#nextArrival = this.#options.clock.after(gapMs, () => {
      this.#scheduleArrival();
      this.#come(0, false);
    });
  }

  #come(tries: number, closedLoop: boolean): void {
    this.arrived += 1;
    const arrivedMs = this.#options.clock.now();
    const view = this.#options.view(this.#options.random);
    const waiting: Waiting = { view, arrivedMs, tries, closedLoop, takeBack: () => undefined };
    this.#throughLoop(() => this.#arrive(waiting));
  }

  #throughLoop(action: () => void): void {
    const { clock, loopMs } = this.#options;
    if (loopMs === 0) return action();
    this.#loopFreeMs = Math.max(this.#loopFreeMs, clock.now()) + loopMs;
    clock.after(this.#loopFreeMs - clock.now(), action);
  }

  #arrive(waiting: Waiting): void {
    const { clock, chain, queueMax, queueTimeoutMs } = this.#options;
    const arrival = chain.arrive(waiting.view, this.#load());
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
    while (this.#queue.length > 0 && this.inflight < this.limit) {
      const { order, maxWaitMs } = chain.queueDiscipline();
      const next = order === 'newest-first' ? this.#queue.pop() : this.#queue.shift();
      if (next === undefined) return;
      next.takeBack();
      if (maxWaitMs !== undefined && clock.now() - next.arrivedMs > maxWaitMs) {
        this.#refuse(next, refusal('queue_timeout'));
        continue;
      }
      const decision = chain.dispatch(next.view, this.#load());
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

  #start(waiting: Waiting, decision: Decision, startedMs: number, inflight: number): void {
    this.#attain();
    const doneAt = this.#attained + this.#options.work(this.#options.random);
    this.#running.add({ waiting, startedMs, inflight, decision, doneAt });
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
      this.#finishing += 1;
      this.#throughLoop(() => {
        this.#finishing -= 1;
        this.#finish(done.waiting, 'served', done.decision, done.startedMs, done.inflight);
        this.#grant();
      });
      this.#scheduleDone();
    });
  }

  #refuse(waiting: Waiting, decision: Decision): void {
    const { clock, random, retries } = this.#options;
    this.#finish(waiting, 'ignored', decision, clock.now(), 0);
    if (retries === undefined || waiting.closedLoop || waiting.tries >= retries.times) return;
    const afterMs = retries.afterMs * (retries.backOff ?? 1) ** waiting.tries;
    clock.after(afterMs * (1 + random()), () => this.#come(waiting.tries + 1, false));
  }

  #finish(
    { view, arrivedMs, closedLoop }: Waiting,
    result: Result,
    decision: Decision,
    startedMs: number,
    inflight: number,
  ): void {
    const { clock } = this.#options;
    const finishedMs = clock.now();
    const waitMs = startedMs - arrivedMs;
    const busyMs = finishedMs - startedMs;
    const totalMs = finishedMs - arrivedMs;
    this.answers.push({ view, result, decision, arrivedMs, finishedMs, totalMs, waitMs });
    const { lane } = decision;
    this.#options.chain.outcome(
      { lane, result, waitMs, firstByteMs: busyMs, busyMs, totalMs, inflight },
      view,
    );
    if (!closedLoop) return;
    if (this.#closedLoops > this.#closedLoopsWanted) this.#closedLoops -= 1;
    // The answer has to get there, and the next request to come.
    else clock.after(NETWORK_MS, () => this.#come(0, true));
  }

  /** Of one processor, what each running request has. */
  #share(): number {
    return Math.min(1, this.#options.processors / Math.max(1, this.#tasks));
  }

  /** Tasks that run or want to. */
  get #tasks(): number {
    return this.#running.size + this.#options.neighbours;
  }

  #attain(): void {
    const nowMs = this.#options.clock.now();
    const passedMs = nowMs - this.#attainedMs;
    this.#attained += passedMs * this.#share();
    this.workedMs += passedMs * this.#share() * this.#running.size;
    if (this.#tasks > this.#options.processors) this.#crowdedMs += passedMs;
    this.#attainedMs = nowMs;
  }

  #sampleForever(): void {
    this.#attain();
    const loopDelayMs = Math.max(0, this.#loopFreeMs - this.#options.clock.now());
    this.#sample = { running: this.#tasks, pressure: this.#crowdedMs / SAMPLE_MS, loopDelayMs };
    this.#crowdedMs = 0;
    this.#options.clock.after(SAMPLE_MS, () => this.#sampleForever());
  }

  /** As Linux does: every 5 s, with a time constant of a minute. */
  #averageForever(): void {
    const kept = Math.exp(-5 / 60);
    this.#loadAverage = this.#loadAverage * kept + this.#tasks * (1 - kept);
    this.#options.clock.after(5000, () => this.#averageForever());
  }
}

function refusal(reason: string): Decision {
  return { lane: 'shed', policy: 'admission', reason };
}
