import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { StandardErrorLimits } from './standard-error-lines.ts';

export interface ExecOptions {
  /** Absolute path of an executable file. */
  readonly program: string;
  /** Absolute path of the directory that it starts in: its own. */
  readonly directory: string;
  /** The operator's variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** From start to the end of the program. */
  readonly timeoutMs: number;
  /** Between TERM and KILL. */
  readonly killGraceMs: number;
  readonly maxHeadBytes: number;
  readonly standardError: StandardErrorLimits;
  readonly clock: Clock;
  /** A line that the program wrote to its standard error, without control characters. */
  readonly onStandardError: (id: string, line: string) => void;
  /** Why a program could not be run, or how it ended where it did not end well. For the log: the receiver hears of failures. */
  readonly onFault: (id: string, fault: Fault) => void;
}
