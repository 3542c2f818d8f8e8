import type { Ground } from './ground.ts';
import type { RunLane } from './lane.ts';
import type { Load } from './load.ts';
import type { Arrival, Dispatch } from './policy.ts';

/** What one policy of a chain answered. */
export interface PolicyVoice<Answer> {
  readonly policy: string;
  /** `undefined`: it had no opinion. */
  readonly answer: Answer | undefined;
  /** It threw, or answered against the contract. */
  readonly faulty?: boolean;
  /** Its sheds are only counted. */
  readonly dryRun?: boolean;
  /** On what the answer rests, where the policy says so. */
  readonly grounds?: readonly Ground[];
}

/** One question to the chain: what it was answered from, and by whom. */
export interface Hearing<Answer> {
  /** On the gateway's clock. */
  readonly atMs: number;
  /** As the policies saw it; a copy. */
  readonly load: Load;
  /** How many at once each lane of the application could have; infinity where nobody said. */
  readonly limits: Readonly<Partial<Record<RunLane, number>>>;
  /** The policies that have the question, in the order in which they were asked. */
  readonly voices: readonly PolicyVoice<Answer>[];
}

/** How the decision on one request came about: made only where somebody writes it down. */
export interface DecisionTrace {
  /** On the gateway's clock. */
  readonly arrivedMs: number;
  /** Among those that wait. */
  readonly priority: number;
  readonly arrive: Hearing<Arrival> | undefined;
  /** Nothing where no turn came. */
  readonly dispatch: Hearing<Dispatch> | undefined;
  /** Slots of the lane in use, the request's own included, when its slot was granted; nothing where it had none. */
  readonly inflight: number | undefined;
}
