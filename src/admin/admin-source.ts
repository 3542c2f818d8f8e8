import type { RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';
import type { DecisionRecord } from '../log/decision-record.ts';
import type { StateChange } from '../log/recent-changes.ts';
import type { ApplicationState } from '../metrics/gateway-state.ts';
import type { Exposition } from '../metrics/metrics.ts';

/** `reason` in words, for who wonders why nothing comes: `starting`, `stopping`. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export interface AdminApplication extends ApplicationState {
  /** Path prefix; empty for the root. */
  readonly at: string;
  readonly lanes: readonly RunLane[];
  readonly policies: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, number | boolean | string>>;
    /** In words, of the parameters that have one: `load per processor`, `ms`. */
    readonly units: Readonly<Record<string, string>>;
  }[];
  /** How many may wait, and how long. */
  readonly queueLimit: { readonly max: number; readonly timeoutMs: number } | undefined;
  /** What went wrong with its daemon last. */
  readonly lastDaemonFailure: string | undefined;
  readonly decisions: readonly {
    readonly policy: string;
    readonly lane: string;
    readonly reason: string;
    readonly total: number;
  }[];
}

/** What the admin server shows. Everything is asked for when somebody looks, and only then. */
export interface AdminSource {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readiness(): Readiness;
  /** As operators write them: `http://127.0.0.1:8080`. */
  listeners(): readonly string[];
  applications(): Iterable<AdminApplication>;
  load(): Readonly<MachineLoad>;
  /** The last changes of state, oldest first. */
  recentChanges(): readonly StateChange[];
  /** The last one for each reason, the last of all first; nothing where none are kept. */
  lastDecisions(): readonly DecisionRecord[] | undefined;
  /** Nothing before the first reload. `faults` are lines with file, line and column; `atMs` is milliseconds since 1970. */
  lastReload():
    | { readonly successful: boolean; readonly atMs: number; readonly faults: readonly string[] }
    | undefined;
  /** In the format that the Accept field prefers: OpenMetrics, or Prometheus's text. */
  exposition(accept: string | undefined): Promise<Exposition>;
  /** What one-shot frontends of the applications have decided, in Prometheus's text format. */
  frontendDecisions(): string;
}
