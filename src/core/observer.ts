import type { Decision } from './decision.ts';
import type { DecisionTrace } from './decision-trace.ts';
import type { Result } from './outcome.ts';
import type { View } from './view.ts';

/** All that is to be said of one finished request. */
export interface ExchangeRecord {
  readonly id: string;
  /** Empty where no route matched. */
  readonly application: string;
  readonly view: View;
  /** Nothing where the request was refused before a decision (404, 413). */
  readonly decision: Decision | undefined;
  readonly result: Result;
  /** Why it went wrong: a backend's failure, a refusal's code. */
  readonly failure: string | undefined;
  readonly status: number;
  readonly waitMs: number;
  readonly firstByteMs: number | undefined;
  readonly busyMs: number;
  readonly totalMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Only where the gate was told to trace. */
  readonly trace?: DecisionTrace | undefined;
}

/** Who is told of every request: metrics, logs. Must not throw. */
export interface Observer {
  finished(record: ExchangeRecord): void;
}
