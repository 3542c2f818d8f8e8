import type { ReloadResult } from '../gateway/reload-result.ts';

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
  daemon(action: DaemonAction, application: string): Promise<{ readonly state: string } | ControlRefusal>;
}

export interface Drained {
  /** Requests still under way. */
  readonly underway: number;
}
