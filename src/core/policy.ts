import type { Clock } from './clock.ts';
import type { Ground } from './ground.ts';
import type { RunLane } from './lane.ts';
import type { Load, Signal } from './load.ts';
import type { Outcome } from './outcome.ts';
import type { Parameters, ParameterValues } from './parameter.ts';
import type { PolicyHelpers } from './policy-helpers.ts';
import type { Random } from './random.ts';
import type { View } from './view.ts';

/**
 * Answer to `arrive`: refuse at once, or give the request its place among those that wait (higher goes first). `retryAfterMs` is when the
 * first may come back; the page spreads it over visitors. Requests of one priority are a class. Its `share`, 0 to 1, is guaranteed to it:
 * while requests wait, so much of the time in slots, and so much of the places in the queue, is its own as far as it wants it. What it
 * does not use goes to the highest priority. Without a share a class has what the others leave. Use few priorities: each has a list.
 */
export type Arrival =
  | { readonly shed: string; readonly retryAfterMs?: number }
  | { readonly priority: number; readonly share?: number };

/** Answer to `dispatch`: `reason` is one of the policy's declared reasons; a shed may say when to come back. */
export type Dispatch =
  | { readonly lane: RunLane; readonly reason: string; readonly warm?: boolean }
  | { readonly lane: 'shed'; readonly reason: string; readonly retryAfterMs?: number };

/** How the admission queue is to be served. What is not said stays as configured. */
export interface QueueDiscipline {
  readonly order?: 'oldest-first' | 'newest-first';
  readonly maxWaitMs?: number;
  /**
   * So many may wait, a whole number from 0. For whoever comes when they do somebody is refused: newest first the oldest of those
   * who wait, else whoever comes. Those who are more already stay.
   */
  readonly maxLength?: number;
}

/** What `snapshot` gives and `saved` hands back. Small, and serialisable as JSON. */
export type Snapshot =
  | { readonly [key: string]: Snapshot }
  | readonly Snapshot[]
  | string
  | number
  | boolean
  | null;

/**
 * One policy at work for one application. Every question may be left out. An answer of `undefined` means: no opinion.
 * Questions are pure: they may be asked more than once for one request, and what really happened comes in `outcome`.
 */
export interface Policy {
  /** Asked when a request has arrived, before anything is built for it. */
  arrive?(view: View, load: Load): Arrival | undefined;
  /**
   * Asked when a slot is about to be granted, so after any wait: the answer is as fresh as the load it was made from. The request itself is
   * neither among those that wait nor among those in flight.
   */
  dispatch?(view: View, load: Load): Dispatch | undefined;
  /** How many requests may be in the lane at once: a whole number from 1. Asked after every outcome. */
  limit?(lane: RunLane): number | undefined;
  /** Asked after every outcome. */
  queue?(): QueueDiscipline | undefined;
  /** Told exactly once for every request that it saw in `arrive`, with the view of that request. */
  outcome?(outcome: Outcome, view: View): void;
  /** What it has learned, for the next instance of the same policy. */
  snapshot?(): Snapshot;
  /**
   * On what the answer just given to `arrive` or `dispatch` rests, for an operator who asks why. Asked right after, and only where somebody
   * writes it down; changes nothing.
   */
  explain?(view: View, load: Load): readonly Ground[];
}

export interface PolicyContext<Values> {
  readonly parameters: Values;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly helpers: PolicyHelpers;
  /** The snapshot of an earlier instance, if there is one; may come from another version: check it. */
  readonly saved: Snapshot | undefined;
}

/** The default export of a policy file. */
export interface PolicyDefinition<P extends Parameters = Parameters> {
  /** Lower case, words joined by hyphens; the key in the configuration and a metric label. */
  readonly name: string;
  /** One line for the operator: when to choose it. */
  readonly when: string;
  /** The paper, library or text that it follows. */
  readonly source: string;
  readonly parameters: P;
  readonly signals: readonly Signal[];
  /** Every reason that its decisions can carry: a closed list, since they are metric labels. */
  readonly reasons: readonly string[];
  create(context: PolicyContext<ParameterValues<P>>): Policy;
}
