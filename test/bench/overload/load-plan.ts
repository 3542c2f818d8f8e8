import type { ServiceTime } from './service-time.ts';

/** Visitors of one address. */
export interface StreamPlan {
  /** Such as `/burn`; the service time is put after it as the query. */
  readonly path: string;
  readonly service: ServiceTime;
  /** One after the other, without a gap. Without visitors where the rate is 0. */
  readonly phases: readonly PhasePlan[];
  /** Who is shed comes back. */
  readonly retries: boolean;
}

export interface PhasePlan {
  /** Visitors a second, on average. */
  readonly rate: number;
  readonly durationMs: number;
}

/** What the load generator is given, as JSON. */
export interface LoadPlan {
  readonly port: number;
  /** The same visitors, at the same instants and with the same service times, for the same number. */
  readonly seed: number;
  readonly streams: readonly StreamPlan[];
}
