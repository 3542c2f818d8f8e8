import type { Clock } from '../core/clock.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import type { Decision } from '../core/decision.ts';
import type { Lane, RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Snapshot } from '../core/policy.ts';
import type { View } from '../core/view.ts';
import { whyFull } from '../core/why-full.ts';
import type { PolicyChain } from '../policy/policy-chain.ts';
import { ApplicationLoad } from './application-load.ts';
import { Ticket, type TicketEvents, type TicketRefusal } from './ticket.ts';
import { TicketList } from './ticket-list.ts';

export interface ShadowParts {
  readonly chain: PolicyChain;
  /** Of the application: how many may wait, and how long. */
  readonly queue: { readonly max: number; readonly timeoutMs: number };
  readonly lanes: readonly RunLane[];
  readonly machine: Readonly<MachineLoad>;
  readonly daemon: () => DaemonState;
  readonly clock: Pick<Clock, 'now'>;
  /** What it decided about a request, and what really became of it. */
  readonly onDecision: (policy: string, live: Lane, shadow: Lane) => void;
  /** A defect of the shadow itself; those of its policies are the chain's to tell. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * A chain of policies that decides beside the live one on the same traffic and touches nothing: nobody waits, is shed or served otherwise
 * because of it. It has slots and a queue of its own, which exist only as numbers.
 *
 *     arrived ──► waiting ──► running ──► over      told when the live request ends
 *        └──────────┴────► shed
 *
 * What it knows: the machine's load and the daemon as they are; and how requests really ended. So a request holds its slot here until the
 * live one is over; how long it took is what it took under the LIVE limits and in the live lane, also where the shadow would have
 * admitted fewer, or chosen another lane. A request that the live chain sheds ends at once, since nobody knows how long it would have
 * taken: a shadow that sheds less than the live chain sees less load than it would have made. Priorities and shares have no effect on
 * the order here. So the counts show where two chains disagree; what would have come of it only a trial can.
 */
export class Shadow {
  readonly #parts: ShadowParts;
  readonly #load: ApplicationLoad;
  readonly #running: Record<RunLane, number> = { exec: 0, forward: 0 };
  readonly #waiting = new TicketList(0);
  /** Of the latest decision: as for the live queue, its limit counts. */
  #lane: RunLane;

  constructor(parts: ShadowParts) {
    this.#parts = parts;
    this.#lane = parts.lanes[0] ?? 'exec';
    this.#load = new ApplicationLoad(parts.machine, {
      lanes: parts.lanes,
      daemon: parts.daemon,
      inflight: () => this.#running,
      queued: () => this.#waiting.length,
      oldestWaitMs: () => {
        const { oldest } = this.#waiting;
        return oldest === undefined ? 0 : parts.clock.now() - oldest.joinedMs;
      },
    });
  }

  /** A request that the live policies are being asked about. Nothing where the shadow could not follow it. */
  arrive(view: View): ShadowRequest | undefined {
    return this.#guarded(() => {
      const arrival = this.#parts.chain.arrive(view, this.#load);
      return new ShadowRequest(this.#parts.clock.now(), 'decision' in arrival ? arrival.decision : undefined);
    });
  }

  /** It joins the live queue; the view may be another by now. */
  enqueue(request: ShadowRequest, view: View): void {
    this.#guarded(() => this.#enqueue(request, view));
  }

  /** The live request is over: `live` is what was decided about it, nothing where it did not come to that. */
  end(request: ShadowRequest, live: Decision | undefined, outcome: Outcome, view: View): void {
    this.#guarded(() => this.#end(request, live, outcome, view));
  }

  /** What its policies have learned. */
  snapshot(): Readonly<Record<string, Snapshot>> {
    return this.#parts.chain.snapshot();
  }

  #enqueue(request: ShadowRequest, view: View): void {
    if (request.decision !== undefined) return;
    request.view = view;
    if (this.#waiting.length === 0 && this.#hasRoom()) return this.#dispatch(request);
    this.#refuseTheLate();
    const { order, maxLength = Number.POSITIVE_INFINITY } = this.#parts.chain.queueDiscipline();
    const { max } = this.#parts.queue;
    if (this.#waiting.length >= Math.min(max, maxLength)) {
      const reason = whyFull(max, maxLength);
      const victim = order === 'newest-first' ? this.#waiting.oldest : undefined;
      if (!(victim instanceof ShadowRequest)) return shed(request, reason);
      this.#leave(victim);
      shed(victim, reason);
    }
    request.isWaiting = true;
    this.#waiting.append(request);
  }

  #end(request: ShadowRequest, live: Decision | undefined, outcome: Outcome, view: View): void {
    // Shed before it came to the queue: then the shadow has to say now what it would have done.
    if (live !== undefined && !request.isWaiting) this.#enqueueOnce(request, view);
    this.#refuseTheLate();
    if (request.isWaiting) {
      this.#leave(request);
      if (live !== undefined) this.#dispatch(request);
    }
    if (request.slot !== undefined) this.#running[request.slot]--;
    request.slot = undefined;
    const { decision } = request;
    const isShed = decision?.lane === 'shed';
    const heard: Outcome = isShed
      ? { ...outcome, lane: 'shed', result: 'ignored', firstByteMs: undefined, busyMs: 0, inflight: 0 }
      : outcome;
    this.#parts.chain.outcome(heard, view);
    if (live !== undefined && decision !== undefined)
      this.#parts.onDecision(decision.policy, live.lane, decision.lane);
    this.#serveWaiting();
  }

  #enqueueOnce(request: ShadowRequest, view: View): void {
    if (request.view === undefined) this.#enqueue(request, view);
  }

  #dispatch(request: ShadowRequest): void {
    if (request.view === undefined) return;
    const decision = this.#parts.chain.dispatch(request.view, this.#load);
    request.decision = decision;
    if (decision.lane === 'shed') return;
    this.#lane = decision.lane;
    this.#running[decision.lane]++;
    request.slot = decision.lane;
  }

  #serveWaiting(): void {
    if (this.#waiting.length === 0) return;
    const newestFirst = this.#parts.chain.queueDiscipline().order === 'newest-first';
    while (this.#hasRoom()) {
      const next = newestFirst ? this.#waiting.newest : this.#waiting.oldest;
      if (!(next instanceof ShadowRequest)) return;
      this.#leave(next);
      this.#dispatch(next);
    }
  }

  #refuseTheLate(): void {
    if (this.#waiting.length === 0) return;
    const { maxWaitMs = Number.POSITIVE_INFINITY } = this.#parts.chain.queueDiscipline();
    const mostMs = Math.min(this.#parts.queue.timeoutMs, maxWaitMs);
    const nowMs = this.#parts.clock.now();
    for (let { oldest } = this.#waiting; oldest instanceof ShadowRequest; oldest = this.#waiting.oldest) {
      if (nowMs - oldest.joinedMs < mostMs) return;
      this.#leave(oldest);
      shed(oldest, 'queue_timeout');
    }
  }

  #leave(request: ShadowRequest): void {
    request.isWaiting = false;
    this.#waiting.remove(request);
  }

  #hasRoom(): boolean {
    return this.#running[this.#lane] < this.#parts.chain.limit(this.#lane);
  }

  /** It costs nobody anything, whatever happens here. */
  #guarded<Value>(step: () => Value): Value | undefined {
    try {
      return step();
    } catch (fault) {
      this.#parts.onFault(fault);
      return undefined;
    }
  }
}

const nobody: TicketEvents = { turn: () => {}, refused: () => {} };

/** One request in the shadow. */
export class ShadowRequest extends Ticket {
  /** Once it is made. */
  decision: Decision | undefined;
  /** Since it came to the queue. */
  view: View | undefined;
  slot: RunLane | undefined;
  isWaiting = false;

  constructor(joinedMs: number, decision: Decision | undefined) {
    super(0, joinedMs, nobody);
    this.decision = decision;
  }
}

function shed(request: ShadowRequest, reason: TicketRefusal): void {
  request.decision = { lane: 'shed', policy: 'admission', reason };
}
