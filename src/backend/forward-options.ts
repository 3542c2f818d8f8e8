import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { AddressPool } from './address-pool.ts';
import type { TimeSweep } from './time-sweep.ts';

export interface ForwardOptions {
  /** Where the daemon listens, or several. */
  readonly address: Address | AddressPool;
  /** For each address that is tried. */
  readonly connectTimeoutMs: number;
  /** Until the first byte of the answer, and between any two; what the receiver holds back is not counted. */
  readonly timeoutMs: number;
  readonly maxHeadBytes: number;
  /** For all variables together. */
  readonly maxVariableBytes?: number;
  readonly clock: Clock;
  /** Why the daemon could not be reached (once until that changes), or what went wrong in the gateway itself. For the log. */
  readonly onFault: (id: string, fault: Fault) => void;
}

/** With what the runs of one backend share. */
export interface ForwardRunOptions extends ForwardOptions {
  readonly address: AddressPool;
  readonly sweep: TimeSweep;
  /** A connection was made. */
  readonly onReached: () => void;
  /** None was made in time; `code` is the system's, or `ETIMEDOUT`. */
  readonly onUnreachable: (id: string, code: string) => void;
}
