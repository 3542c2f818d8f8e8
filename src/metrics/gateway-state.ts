import type { DaemonState } from '../core/daemon-state.ts';
import type { RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';

/** One application as it is at the moment of asking. */
export interface ApplicationState {
  readonly name: string;
  readonly inflight: Readonly<Record<RunLane, number>>;
  readonly queued: number;
  readonly oldestWaitMs: number;
  /** What a visitor would be told who was shed now. */
  readonly retryAfterMs: number;
  /** Of the lanes that the application has. */
  readonly limits: Readonly<Partial<Record<RunLane, number>>>;
  readonly daemon: DaemonState;
}

/** Numbers that an operator has set for one application, or that stand there by default. */
export interface ApplicationSettings {
  readonly name: string;
  /** How many may wait. */
  readonly queueMax: number;
  /** Of its policies; durations in seconds, switches 0 or 1. */
  readonly parameters: readonly {
    readonly policy: string;
    readonly parameter: string;
    readonly value: number;
  }[];
}

/** What the metrics ask of the gateway, when they are scraped and only then. */
export interface GatewayState {
  applications(): Iterable<ApplicationState>;
  /** Of the configuration in force. */
  settings(): Iterable<ApplicationSettings>;
  load(): Readonly<MachineLoad>;
  /** How many connections of visitors are at what: `idle`, `active`. */
  connections(): Readonly<Record<string, number>>;
}
