import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { ProgramStep } from './program-step.ts';
import type { StandardErrorLimits } from './standard-error-lines.ts';

export interface ExecOptions {
  /** Absolute path of an executable file; without it, the one that SCRIPT_FILENAME of the request names. */
  readonly program: string | undefined;
  /** What is run where the program is no executable file. */
  readonly command?: readonly string[] | undefined;
  /** Absolute path of the directory that it starts in; without it, its own. */
  readonly directory?: string | undefined;
  /** What is done before the program runs. */
  readonly step?: ProgramStep | undefined;
  /** Added to the niceness of the gateway. */
  readonly niceness?: number;
  /** Which programs give a whole HTTP response (RFC 3875, section 5): none, all, or those named `nph-…`. */
  readonly nph?: 'none' | 'all' | 'by-name';
  /** The operator's variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** From start to the end of the program. */
  readonly timeoutMs: number;
  /** Between TERM and KILL. */
  readonly killGraceMs: number;
  readonly maxHeadBytes: number;
  /** For all variables together. */
  readonly maxVariableBytes?: number;
  readonly standardError: StandardErrorLimits;
  readonly clock: Clock;
  /** A line that the program wrote to its standard error, without control characters. */
  readonly onStandardError: (id: string, line: string) => void;
  /** Why a program could not be run, or how it ended where it did not end well. For the log: the receiver hears of failures. */
  readonly onFault: (id: string, fault: Fault) => void;
}
