import type { Backend } from '../core/backend.ts';
import type { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Clock } from '../core/clock.ts';
import type { Daemon } from '../core/daemon.ts';
import type { Decision } from '../core/decision.ts';
import type { PolicyVoice } from '../core/decision-trace.ts';
import { DEFAULT_RETRY_AFTER_MS } from '../core/default-retry-after-ms.ts';
import type { RunLane } from '../core/lane.ts';
import type { Load, MachineLoad } from '../core/load.ts';
import type { Outcome } from '../core/outcome.ts';
import type { OverloadPage } from '../core/overload-page.ts';
import type { Dispatch } from '../core/policy.ts';
import type { View } from '../core/view.ts';
import type { PolicyChain } from '../policy/policy-chain.ts';
import type { AdmissionQueue } from './admission-queue.ts';
import { ApplicationLoad } from './application-load.ts';
import { RetryAfter } from './retry-after.ts';
import type { ScriptDirectory } from './script-directory.ts';
import type { Shadow } from './shadow.ts';

/** What may wait of one request and of its answer, bytes. */
export interface Buffers {
  /** A larger body waits in a file. */
  readonly requestMemoryBytes: number;
  /** What of an answer waits in memory for a slow visitor, then in a file; beyond that the application waits. */
  readonly answerMemoryBytes: number;
  readonly answerDiskBytes: number;
}

export interface ApplicationParts {
  readonly name: string;
  readonly at: string;
  /** Empty: any host. */
  readonly hosts?: readonly string[];
  readonly chain: PolicyChain;
  /** Decides beside the chain; nothing where the operator wants none. */
  readonly shadow?: Shadow | undefined;
  readonly queue: AdmissionQueue;
  readonly backends: Readonly<Partial<Record<RunLane, Backend>>>;
  readonly daemon: Daemon | undefined;
  readonly page: OverloadPage;
  /** DOCUMENT_ROOT: the folder of the program. */
  readonly documentRoot: string;
  /** SCRIPT_FILENAME. Byte strings, both. */
  readonly program: string | undefined;
  /** Where programs are looked up for each request; then there is no one `program`. */
  readonly scripts?: ScriptDirectory | undefined;
  readonly maxBodyBytes: number;
  readonly buffers: Buffers;
  /** How long a request waits for a daemon that is being started. */
  readonly startTimeoutMs: number;
  readonly ledger: CapacityLedger;
  readonly machine: Readonly<MachineLoad>;
  readonly clock: Pick<Clock, 'now'>;
}

/** One application at work: everything that its requests need, and the numbers that its policies set. */
export class Application {
  readonly name: string;
  readonly at: string;
  readonly hosts: readonly string[];
  readonly parts: ApplicationParts;
  readonly load: Load;
  readonly #retryAfter: RetryAfter;
  /** The lane of the latest dispatch: its limit is the one that the queue grants turns by. */
  #laneInForce: RunLane;
  #inForce = false;
  #active = 0;
  #onIdle: (() => void) | undefined;
  /** New requests are shed: an operator has asked for it. */
  draining = false;

  constructor(parts: ApplicationParts) {
    this.parts = parts;
    this.name = parts.name;
    this.at = parts.at;
    this.hosts = parts.hosts ?? [];
    this.#retryAfter = new RetryAfter(parts.clock);
    const lanes = (['exec', 'forward'] as const).filter((lane) => parts.backends[lane] !== undefined);
    const first = lanes[0];
    if (first === undefined) throw new Error(`the application ${parts.name} has no lane`);
    this.#laneInForce = first;
    this.load = new ApplicationLoad(parts.machine, {
      lanes,
      daemon: () => parts.daemon?.state ?? 'none',
      inflight: () => parts.ledger.inflight(parts.name),
      queued: () => parts.queue.length,
      oldestWaitMs: () => parts.queue.oldestWaitMs(),
    });
  }

  /** From now on its account and its limits count; before, it changes nothing for another one of the same name. */
  activate(): void {
    this.#inForce = true;
    this.parts.ledger.open(this.name);
    this.#applyLimits();
  }

  /** It gets no more requests: those under way end as they would, but what is learned from them binds nobody else. */
  retire(): void {
    this.#inForce = false;
  }

  /** A request has been led here. Each `begin` has one `over`. */
  begin(): void {
    this.#active++;
  }

  over(): void {
    this.#active--;
    if (this.#active === 0) this.#onIdle?.();
  }

  /** Requests that were led here and are not over. */
  get underway(): number {
    return this.#active;
  }

  /** Resolves when no request that was led here is under way. For one that gets no more requests. */
  async idle(): Promise<void> {
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  limit(lane: RunLane): number {
    return this.parts.chain.limit(lane);
  }

  /** Asks the chain at the moment of the turn, and lets the queue follow the lane that was chosen. */
  dispatch(view: View, voices?: PolicyVoice<Dispatch>[], drySheds?: readonly string[]): Decision {
    const decision = this.parts.chain.dispatch(view, this.load, voices, drySheds);
    if (decision.lane !== 'shed' && decision.lane !== this.#laneInForce) {
      this.#laneInForce = decision.lane;
      this.parts.queue.setLimit(this.limit(decision.lane));
    }
    return decision;
  }

  /** When a visitor who is shed now is to come back at the earliest, milliseconds. */
  sendAway({ policy, reason, retryAfterMs }: Decision): number {
    const { inflight, queued } = this.load;
    const estimateMs = this.#retryAfter.shed(inflight.exec + inflight.forward, queued);
    // Only the load is over as soon as it is worked off: a daemon has to get up, an operator to be done.
    const isLoad = policy !== 'daemon' && reason !== 'draining';
    return Math.max(estimateMs, retryAfterMs ?? (isLoad ? 0 : DEFAULT_RETRY_AFTER_MS));
  }

  /** What a visitor would be told who was shed now, milliseconds. */
  get retryAfterMs(): number {
    return this.#retryAfter.current(this.load.queued);
  }

  /** Tells the policies how a request ended, and puts into force what they have learned from it. */
  outcome(outcome: Outcome, view: View): void {
    if (outcome.result === 'served') this.#retryAfter.served(outcome.busyMs);
    this.parts.chain.outcome(outcome, view);
    this.#applyLimits();
    this.parts.queue.setDiscipline(this.parts.chain.queueDiscipline());
  }

  #applyLimits(): void {
    const { ledger, queue, name } = this.parts;
    if (this.#inForce) for (const lane of this.load.lanes) ledger.setLimit(name, lane, this.limit(lane));
    queue.setLimit(this.limit(this.#laneInForce));
  }
}
