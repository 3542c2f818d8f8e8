import type { Decision } from '../core/decision.ts';
import type { PolicyVoice } from '../core/decision-trace.ts';
import type { RunLane } from '../core/lane.ts';
import type { Load } from '../core/load.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Arrival, Dispatch, QueueDiscipline, Snapshot } from '../core/policy.ts';
import type { View } from '../core/view.ts';
import { checkedGrounds } from './checked-grounds.ts';
import type { LivePolicy } from './live-policy.ts';
import type { PolicyQuestion } from './policy-question.ts';

/** Told of every fault of a policy; `error` is what it threw, or says what was wrong with its answer. Must not throw. */
export type PolicyFaultHandler = (policy: string, question: PolicyQuestion, error: unknown) => void;

/** A policy in a dry run would have shed a request: told once for each request and policy. Must not throw. */
export type DryShedHandler = (policy: string, reason: string) => void;

export type ChainArrival =
  | { readonly decision: Decision }
  | {
      readonly priority: number;
      readonly share?: number;
      /** Policies in a dry run that would have shed it: for `dispatch`, which counts them no second time. */
      readonly drySheds?: readonly string[];
    };

interface Member extends LivePolicy {
  readonly dryRun: boolean;
  readonly known: ReadonlySet<string>;
  /** The questions whose last answer was a fault, as bits. */
  faulty: number;
}

const ARRIVE = 1;
const DISPATCH = 2;
const LIMIT = 4;
const QUEUE = 8;
const OUTCOME = 16;

/** The answer to an arrival where nobody has an opinion: this very object. */
export const ORDINARY: ChainArrival = { priority: 0 };
const BY_DEFAULT = {
  exec: { lane: 'exec', policy: 'default', reason: 'no_opinion' },
  forward: { lane: 'forward', policy: 'default', reason: 'no_opinion' },
} as const satisfies Record<RunLane, Decision>;
const BY_FAILSAFE = {
  exec: { lane: 'exec', policy: 'failsafe', reason: 'policy_fault' },
  forward: { lane: 'forward', policy: 'failsafe', reason: 'policy_fault' },
  shed: { lane: 'shed', policy: 'failsafe', reason: 'policy_fault' },
} as const satisfies Record<'shed' | RunLane, Decision>;

/**
 * The policies of one application, asked in order and answering with one voice:
 * - any shed vetoes; the first to say so names the decision;
 * - otherwise the first lane, the first priority and the first order of the queue win;
 * - the least limit and the shortest wait count;
 * - everyone hears every outcome;
 * - one in a dry run names lanes and priorities, but its sheds are only counted, and its limits and order left out.
 *
 * What throws or answers against the contract is a fault: it counts as no opinion, is reported, and stops nobody else from
 * being asked. Where nobody else gives a lane the fail-safe does. Until a faulty policy answers that question well again,
 * the limit is at most twice the processors.
 */
export class PolicyChain {
  readonly #members: readonly Member[];
  readonly #onFault: PolicyFaultHandler;
  readonly #onDryShed: DryShedHandler | undefined;
  readonly #faults = new Map<string, number>();
  #processors = 1;

  constructor(policies: readonly LivePolicy[], onFault: PolicyFaultHandler, onDryShed?: DryShedHandler) {
    this.#members = policies.map(({ dryRun = false, ...live }) => ({
      ...live,
      dryRun,
      known: new Set(live.reasons),
      faulty: 0,
    }));
    this.#onFault = onFault;
    this.#onDryShed = onDryShed;
  }

  /** In the order in which they are asked. */
  get names(): readonly string[] {
    return this.#members.map(({ name }) => name);
  }

  /** Faults so far, by policy. */
  get faults(): ReadonlyMap<string, number> {
    return this.#faults;
  }

  /** `voices`, where given, hears what each policy answered. */
  arrive(view: View, load: Load, voices?: PolicyVoice<Arrival>[]): ChainArrival {
    this.#processors = load.processors;
    let priority: Exclude<ChainArrival, { decision: Decision }> | undefined;
    let shed: Decision | undefined;
    let drySheds: string[] | undefined;
    for (const member of this.#members) {
      if (member.policy.arrive === undefined) continue;
      try {
        const answer = member.policy.arrive(view, load);
        if (answer !== undefined) {
          checkArrival(answer, member);
          if (!('shed' in answer)) priority ??= answer;
          else if (member.dryRun) {
            drySheds = [...(drySheds ?? []), member.name];
            this.#onDryShed?.(member.name, answer.shed);
          } else shed ??= shedBy(member.name, answer.shed, answer.retryAfterMs);
        }
        if (voices !== undefined) voices.push(this.#voice(member, answer, view, load));
        member.faulty &= ~ARRIVE;
      } catch (error) {
        voices?.push({ policy: member.name, answer: undefined, faulty: true });
        this.#fault(member, 'arrive', ARRIVE, error);
      }
    }
    if (shed !== undefined) return { decision: shed };
    return drySheds === undefined ? (priority ?? ORDINARY) : { ...(priority ?? ORDINARY), drySheds };
  }

  /** `voices`, where given, hears what each policy answered; `drySheds` are those of the arrival. */
  dispatch(view: View, load: Load, voices?: PolicyVoice<Dispatch>[], drySheds?: readonly string[]): Decision {
    this.#processors = load.processors;
    let lane: Decision | undefined;
    let shed: Decision | undefined;
    let faulty = 0;
    let wouldShed = false;
    for (const member of this.#members) {
      if (member.policy.dispatch === undefined) continue;
      try {
        const answer = member.policy.dispatch(view, load);
        if (answer !== undefined) {
          checkDispatch(answer, member, load);
          if (answer.lane !== 'shed') lane ??= laneBy(member.name, answer);
          else if (member.dryRun) {
            wouldShed = true;
            if (drySheds?.includes(member.name) !== true) this.#onDryShed?.(member.name, answer.reason);
          } else shed ??= shedBy(member.name, answer.reason, answer.retryAfterMs);
        }
        if (voices !== undefined) voices.push(this.#voice(member, answer, view, load));
        member.faulty &= ~DISPATCH;
      } catch (error) {
        voices?.push({ policy: member.name, answer: undefined, faulty: true });
        this.#fault(member, 'dispatch', DISPATCH, error);
        if (!member.dryRun) faulty += 1;
      }
    }
    const decision = shed ?? lane;
    if (decision !== undefined) return decision;
    if (faulty > 0) return this.#failsafe(load);
    // Who would have shed had no lane to name: then the one that bears most.
    if (wouldShed && daemonIsUp(load)) return BY_DEFAULT.forward;
    return BY_DEFAULT[load.lanes.includes('exec') ? 'exec' : 'forward'];
  }

  /** How many requests may be in the lane at once: a whole number from 1, or infinity where nobody says. */
  limit(lane: RunLane): number {
    let least = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (member.dryRun) continue;
      if (member.policy.limit !== undefined) {
        try {
          const answer = member.policy.limit(lane);
          if (answer !== undefined) {
            checkLimit(answer);
            if (answer < least) least = answer;
          }
          member.faulty &= ~LIMIT;
        } catch (error) {
          this.#fault(member, 'limit', LIMIT, error);
        }
      }
      if (member.faulty !== 0) least = Math.min(least, this.#failsafeLimit());
    }
    return least;
  }

  /** What is left out stays as configured. */
  queueDiscipline(): QueueDiscipline {
    let order: QueueDiscipline['order'];
    let maxWaitMs: number | undefined;
    let maxLength: number | undefined;
    for (const member of this.#members) {
      if (member.policy.queue === undefined || member.dryRun) continue;
      try {
        const answer = member.policy.queue();
        if (answer !== undefined) {
          checkQueue(answer);
          order ??= answer.order;
          if (answer.maxWaitMs !== undefined)
            maxWaitMs = Math.min(maxWaitMs ?? answer.maxWaitMs, answer.maxWaitMs);
          if (answer.maxLength !== undefined)
            maxLength = Math.min(maxLength ?? answer.maxLength, answer.maxLength);
        }
        member.faulty &= ~QUEUE;
      } catch (error) {
        this.#fault(member, 'queue', QUEUE, error);
      }
    }
    if (order === undefined && maxWaitMs === undefined && maxLength === undefined) return AS_CONFIGURED;
    return {
      ...(order && { order }),
      ...(maxWaitMs !== undefined && { maxWaitMs }),
      ...(maxLength !== undefined && { maxLength }),
    };
  }

  /** To be called exactly once for every request that `arrive` saw, with its view. */
  outcome(outcome: Outcome, view: View): void {
    for (const member of this.#members) {
      if (member.policy.outcome === undefined) continue;
      try {
        const answer: unknown = member.policy.outcome(outcome, view);
        if (answer instanceof Promise) refusePromise(answer);
        member.faulty &= ~OUTCOME;
      } catch (error) {
        this.#fault(member, 'outcome', OUTCOME, error);
      }
    }
  }

  /**
   * By name of the policy; where one is in the chain twice, what the first has learned. Of a composed one by the names of its parts, so
   * that what they know goes on where an operator writes them out, and the other way round.
   */
  snapshot(): Readonly<Record<string, Snapshot>> {
    const all: Record<string, Snapshot> = {};
    for (const { name, policy, parts } of this.#members) {
      if (policy.snapshot === undefined || Object.hasOwn(all, name)) continue;
      try {
        const learned = policy.snapshot();
        if (parts === undefined) all[name] = learned;
        else for (const [part, its] of Object.entries(learned ?? {})) all[part] ??= its;
      } catch (error) {
        this.#report(name, 'snapshot', error);
      }
    }
    return all;
  }

  #voice<Answer>(member: Member, answer: Answer | undefined, view: View, load: Load): PolicyVoice<Answer> {
    const { name: policy, dryRun } = member;
    const dry = dryRun ? { dryRun } : {};
    if (member.policy.explain === undefined) return { policy, answer, ...dry };
    try {
      return { policy, answer, ...dry, grounds: checkedGrounds(member.policy.explain(view, load)) };
    } catch (error) {
      // Its answer stands: it only cannot say why.
      this.#report(policy, 'explain', error);
      return { policy, answer, ...dry };
    }
  }

  #failsafeLimit(): number {
    const twice = Math.floor(2 * this.#processors);
    return twice >= 1 && Number.isSafeInteger(twice) ? twice : 1;
  }

  /** Whatever is up: the daemon, else a program, else the gateway has to get the daemon up. */
  #failsafe(load: Load): Decision {
    if (load.inflight.exec + load.inflight.forward > this.#failsafeLimit()) return BY_FAILSAFE.shed;
    if (daemonIsUp(load)) return BY_FAILSAFE.forward;
    return BY_FAILSAFE[load.lanes.includes('exec') ? 'exec' : 'forward'];
  }

  #fault(member: Member, question: PolicyQuestion, bit: number, error: unknown): void {
    member.faulty |= bit;
    this.#report(member.name, question, error);
  }

  #report(name: string, question: PolicyQuestion, error: unknown): void {
    this.#faults.set(name, (this.#faults.get(name) ?? 0) + 1);
    this.#onFault(name, question, error);
  }
}

const AS_CONFIGURED: QueueDiscipline = {};

function daemonIsUp({ daemon, lanes }: Load): boolean {
  return (daemon === 'up' || daemon === 'none') && lanes.includes('forward');
}

function shedBy(policy: string, reason: string, retryAfterMs: number | undefined): Decision {
  return retryAfterMs === undefined
    ? { lane: 'shed', policy, reason }
    : { lane: 'shed', policy, reason, retryAfterMs };
}

function laneBy(policy: string, { lane, reason, warm }: Exclude<Dispatch, { lane: 'shed' }>): Decision {
  return warm === true && lane === 'exec' ? { lane, policy, reason, warm } : { lane, policy, reason };
}

// A policy is code that somebody wrote last night: its answers are checked although they have types.

function checkArrival(answer: Arrival, { known }: Member): void {
  if (answer instanceof Promise) refusePromise(answer);
  if ('shed' in answer) {
    checkReason(answer.shed, known);
    checkDuration(answer.retryAfterMs, 'retryAfterMs');
  } else if (!Number.isFinite(answer.priority)) {
    throw new TypeError(`expected a shed or a priority that is a number, found ${show(answer)}`);
  } else if (answer.share !== undefined && !(answer.share >= 0 && answer.share <= 1)) {
    throw new TypeError(`expected a share from 0 to 1, found ${show(answer)}`);
  }
}

function checkDispatch(answer: Dispatch, { known }: Member, load: Load): void {
  if (answer instanceof Promise) refusePromise(answer);
  if (answer.lane === 'shed') checkDuration(answer.retryAfterMs, 'retryAfterMs');
  else if (!load.lanes.includes(answer.lane))
    throw new TypeError(`expected a lane of the application (${load.lanes}), found ${show(answer.lane)}`);
  checkReason(answer.reason, known);
}

function checkReason(reason: string, known: ReadonlySet<string>): void {
  if (!known.has(reason)) throw new TypeError(`expected a declared reason, found ${show(reason)}`);
}

function checkLimit(limit: number): void {
  if (!(Number.isSafeInteger(limit) && limit >= 1))
    throw new TypeError(`expected a whole number from 1, found ${show(limit)}`);
}

function checkQueue({ order, maxWaitMs, maxLength }: QueueDiscipline): void {
  if (order !== undefined && order !== 'oldest-first' && order !== 'newest-first')
    throw new TypeError(`expected order oldest-first or newest-first, found ${show(order)}`);
  checkDuration(maxWaitMs, 'maxWaitMs');
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength >= 0))
    throw new TypeError(`expected maxLength to be a whole number from 0, found ${show(maxLength)}`);
}

function checkDuration(ms: number | undefined, name: string): void {
  if (ms !== undefined && !(Number.isFinite(ms) && ms >= 0))
    throw new TypeError(`expected ${name} to be milliseconds from 0, found ${show(ms)}`);
}

/** A rejection that nobody hears would end the process. */
function refusePromise(promise: Promise<unknown>): never {
  promise.catch(() => undefined);
  throw new TypeError('expected an answer at once, found a promise: a policy must not be async');
}

function show(found: unknown): string {
  return typeof found === 'string' ? `"${found}"` : (JSON.stringify(found) ?? String(found));
}
