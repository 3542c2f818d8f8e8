import type { DaemonState } from './daemon-state.ts';
import type { RunLane } from './lane.ts';

/**
 * One sample of everything measured of the machine. What this machine cannot measure is `undefined`: a policy must
 * be able to do without.
 */
export interface MachineLoad {
  /** Processors that may really be used: those of the machine, bounded by the cgroup quota. May be a fraction. */
  processors: number;
  /** Processors of the whole machine, which `loadAverage` and `running` are to be divided by. */
  machineProcessors: number | undefined;
  /** The 1-minute load average as the kernel gives it, not divided. Late: a step shows after most of a minute. */
  loadAverage: number | undefined;
  /** Tasks running or runnable at this moment, on the whole machine. */
  running: number | undefined;
  /** Share of the time since the last sample, 0 to 1, in which some task waited for a processor (PSI `some`). */
  cpuPressure: number | undefined;
  /** The same for memory. */
  memoryPressure: number | undefined;
  /** The same for input and output. */
  ioPressure: number | undefined;
  /** Busy share of all processors, 0 to 1, since the last sample. */
  cpuBusy: number | undefined;
  /** Bytes of memory that can still be had without swapping. */
  memoryAvailable: number | undefined;
  /** How late the gateway's own event loop runs, milliseconds. Says little of the machine: the load is in the children. */
  eventLoopDelayMs: number | undefined;
}

/** What a policy sees: the machine, and the application that the request is for, as they are at the moment of asking. */
export interface Load extends Readonly<MachineLoad> {
  /** The lanes that the application has. Never empty. */
  readonly lanes: readonly RunLane[];
  readonly daemon: DaemonState;
  /** Requests of this application that hold a slot, by lane. */
  readonly inflight: Readonly<Record<RunLane, number>>;
  /** Requests of this application that wait for a slot. */
  readonly queued: number;
  /** How long the one that waits longest has waited, milliseconds; 0 where none waits. */
  readonly oldestWaitMs: number;
}

/** The names of what can be read of the load; a policy declares those it needs. */
export type Signal = keyof Load;
