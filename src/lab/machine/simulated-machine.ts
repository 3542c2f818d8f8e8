import type { DaemonState } from '../../core/daemon-state.ts';
import type { Decision } from '../../core/decision.ts';
import type { RunLane } from '../../core/lane.ts';
import type { Load } from '../../core/load.ts';
import type { Result } from '../../core/outcome.ts';
import type { View } from '../../core/view.ts';
import { whyFull } from '../../core/why-full.ts';
import type { MachineOptions } from './machine-options.ts';
import { MachineSignals } from './machine-signals.ts';
import { SharedProcessors } from './shared-processors.ts';
import type { SimulatedAnswer } from './simulated-answer.ts';

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
  readonly lane: RunLane;
  readonly decision: Decision;
}

const sameView: View = { meta: () => undefined, entries: () => [] };
/** From the gateway to a visitor in a closed loop and back. */
const NETWORK_MS = 0.1;

/**
 * A machine with one application behind the gate: open-loop arrivals (Poisson), a bounded admission queue, slots by the
 * limit of the chain, and processors that all running requests share evenly. Deterministic for a seed. Visitors in a closed
 * loop may come beside. With a daemon there are both lanes; as in the gateway, the limit of the one that was dispatched to last counts.
 */
export class SimulatedMachine {
  readonly answers: SimulatedAnswer[] = [];
  /** Requests that have come so far, those that came back included. */
  arrived = 0;
  /** When the daemon was asked for; nothing before. */
  daemonAskedMs: number | undefined;
  #daemonUpMs = Number.POSITIVE_INFINITY;
  #options: Required<Omit<MachineOptions, 'retries' | 'daemon'>> & Pick<MachineOptions, 'retries' | 'daemon'>;
  #closedLoops = 0;
  #closedLoopsWanted = 0;
  #loopFreeMs = 0;
  #ratePerSecond = 0;
  #nextArrival: () => void = () => undefined;
  readonly #queue: Waiting[] = [];
  readonly #processors: SharedProcessors;
  readonly #signals: MachineSignals;
  /** Slots in use: of what runs, sleeps, or is done and the event loop has not seen it yet. */
  readonly #held: Record<RunLane, number> = { exec: 0, forward: 0 };
  #laneInForce: RunLane;

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
    this.#laneInForce = this.#options.lane;
    const { clock, processors, neighbours } = this.#options;
    this.#processors = new SharedProcessors(clock, processors, neighbours);
    this.#signals = new MachineSignals(clock, this.#processors, () =>
      Math.max(0, this.#loopFreeMs - clock.now()),
    );
  }

  get limit(): number {
    return this.#options.chain.limit(this.#laneInForce);
  }

  get inflight(): number {
    return this.#held.exec + this.#held.forward;
  }

  /** Processor time that requests had in all, milliseconds. */
  get workedMs(): number {
    return this.#processors.workedMs;
  }

  get daemon(): DaemonState {
    if (this.#options.daemon === undefined) return 'none';
    if (this.daemonAskedMs === undefined) return 'down';
    return this.#options.clock.now() < this.#daemonUpMs ? 'starting' : 'up';
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
    const { processors, withoutSignals, lane, daemon } = this.#options;
    const known = <T>(value: T) => (withoutSignals ? undefined : value);
    return {
      processors,
      machineProcessors: known(processors),
      loadAverage: known(this.#signals.loadAverage),
      running: known(this.#signals.running),
      cpuPressure: known(this.#signals.cpuPressure),
      memoryPressure: known(0),
      ioPressure: known(0),
      cpuBusy: undefined,
      memoryAvailable: undefined,
      eventLoopDelayMs: known(this.#signals.eventLoopDelayMs),
      lanes: daemon === undefined ? [lane] : ['exec', 'forward'],
      daemon: this.daemon,
      inflight: { ...this.#held },
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
    const { order, maxLength = queueMax } = chain.queueDiscipline();
    // Whoever finds a free slot and nobody before does not wait at all.
    const waits = this.#queue.length > 0 || this.#held[this.#laneInForce] >= this.limit;
    if (waits && this.#queue.length >= Math.min(queueMax, maxLength)) {
      // With the newest first it is the oldest that has the least hope.
      const oldest = order === 'newest-first' ? this.#queue.shift() : undefined;
      oldest?.takeBack();
      this.#refuse(oldest ?? waiting, refusal(whyFull(queueMax, maxLength)));
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
    while (this.#queue.length > 0 && this.#held[this.#laneInForce] < this.limit) {
      const { order, maxWaitMs } = chain.queueDiscipline();
      const next = order === 'newest-first' ? this.#queue.pop() : this.#queue.shift();
      if (next === undefined) return;
      next.takeBack();
      if (maxWaitMs !== undefined && clock.now() - next.arrivedMs > maxWaitMs) {
        this.#refuse(next, refusal('queue_timeout'));
        continue;
      }
      const decision = chain.dispatch(next.view, this.#load());
      const { lane } = decision;
      if (lane === 'shed') {
        this.#refuse(next, decision);
        continue;
      }
      this.#laneInForce = lane;
      this.#held[lane] += 1;
      const started = { waiting: next, decision, lane, startedMs: clock.now(), inflight: this.#held[lane] };
      const idleMs = sleepMs + this.#daemonDelayMs(decision);
      if (idleMs === 0) this.#start(started);
      else clock.after(idleMs, () => this.#start(started));
    }
  }

  /** Has the daemon started where the decision asks for it; how long a request has to wait for it. */
  #daemonDelayMs({ lane, warm }: Decision): number {
    const { clock, daemon } = this.#options;
    if (daemon === undefined || (lane !== 'forward' && warm !== true)) return 0;
    if (this.daemonAskedMs === undefined) {
      this.daemonAskedMs = clock.now();
      this.#daemonUpMs = clock.now() + daemon.bootMs;
    }
    return lane === 'forward' ? Math.max(0, this.#daemonUpMs - clock.now()) : 0;
  }

  #start({ waiting, decision, lane, startedMs, inflight }: Running): void {
    const { work, daemon, random } = this.#options;
    const needed = lane === 'forward' && daemon !== undefined ? daemon.work : work;
    this.#processors.run(needed(random), () =>
      this.#throughLoop(() => {
        this.#held[lane] -= 1;
        this.#finish(waiting, 'served', decision, startedMs, inflight);
        this.#grant();
      }),
    );
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
}

function refusal(reason: string): Decision {
  return { lane: 'shed', policy: 'admission', reason };
}
