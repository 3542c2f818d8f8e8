import type { ReloadResult } from '../gateway/reload-result.ts';
import type { DecisionRecord } from '../log/decision-record.ts';

export type DaemonAction = 'start' | 'stop' | 'restart';

/** What an operator may not or cannot do now, in a sentence for them. */
export interface ControlRefusal {
  readonly kind: 'control-refusal';
  readonly message: string;
}

/** What can be done to a running gateway. */
export interface ControlTarget {
  /** As JSON. */
  status(): unknown;
  reload(): Promise<ReloadResult>;
  /** No new requests from now on; of the whole gateway where no application is named. Asking again is harmless. */
  drain(application: string | undefined): Drained | ControlRefusal;
  /** Takes a drain back. */
  resume(application: string | undefined): Drained | ControlRefusal;
  /** The last decision on a request, as it is kept in memory; a refusal where it is not. */
  explain(id: string): DecisionRecord | ControlRefusal;
  /** Another value for a parameter of a policy, for a while. */
  setParameter(change: ParameterChange): Promise<ParameterOverride | ControlRefusal>;
  /** Takes such values back before their time is over. */
  undoParameters(undo: ParameterUndo): readonly ParameterUndone[] | ControlRefusal;
  /** What is set for a while. */
  parameters(): readonly ParameterOverride[];
  daemon(action: DaemonAction, application: string): Promise<{ readonly state: string } | ControlRefusal>;
}

export interface ParameterChange {
  readonly application: string;
  readonly policy: string;
  readonly parameter: string;
  /** The value as an operator writes it. */
  readonly text: string;
  readonly forMs: number;
}

export interface ParameterOverride {
  readonly application: string;
  readonly policy: string;
  readonly parameter: string;
  /** As in a configuration. */
  readonly value: number | boolean | string;
  /** What it was before, where it has just been set. */
  readonly was?: string;
  readonly secondsLeft: number;
  /** ISO 8601, UTC. */
  readonly until: string;
}

/** Of one parameter, or of all that are set of the application. */
export interface ParameterUndo {
  readonly application: string;
  readonly policy?: string;
  readonly parameter?: string;
}

export interface ParameterUndone extends ParameterOverride {
  /** What counts again; not there where the policy is gone meanwhile. */
  readonly now?: string;
}

export interface Drained {
  /** Requests still under way. */
  readonly underway: number;
}
