import type { DecisionTrace, Hearing, PolicyVoice } from '../core/decision-trace.ts';
import type { RunLane } from '../core/lane.ts';
import type { Load } from '../core/load.ts';
import type { Arrival, Dispatch } from '../core/policy.ts';

/** What a trace reads of an application. */
export interface TracedApplication {
  readonly load: Load;
  limit(lane: RunLane): number;
}

/** Writes down, for one exchange, how its decision comes about. */
export class PassageTrace implements DecisionTrace {
  readonly arrivedMs: number;
  priority = 0;
  arrive: Hearing<Arrival> | undefined;
  dispatch: Hearing<Dispatch> | undefined;
  inflight: number | undefined;

  constructor(arrivedMs: number) {
    this.arrivedMs = arrivedMs;
  }

  /** Where the chain puts what its policies say of the arrival. */
  arriving(atMs: number, application: TracedApplication): PolicyVoice<Arrival>[] {
    const voices: PolicyVoice<Arrival>[] = [];
    this.arrive = { atMs, load: copyOf(application.load), limits: limitsOf(application), voices };
    return voices;
  }

  /** Where the chain puts what its policies say when the turn has come. */
  dispatching(atMs: number, application: TracedApplication): PolicyVoice<Dispatch>[] {
    const voices: PolicyVoice<Dispatch>[] = [];
    this.dispatch = { atMs, load: copyOf(application.load), limits: limitsOf(application), voices };
    return voices;
  }
}

function copyOf(load: Load): Load {
  return {
    processors: load.processors,
    machineProcessors: load.machineProcessors,
    loadAverage: load.loadAverage,
    running: load.running,
    cpuPressure: load.cpuPressure,
    memoryPressure: load.memoryPressure,
    ioPressure: load.ioPressure,
    cpuBusy: load.cpuBusy,
    memoryAvailable: load.memoryAvailable,
    eventLoopDelayMs: load.eventLoopDelayMs,
    lanes: load.lanes,
    daemon: load.daemon,
    inflight: { ...load.inflight },
    queued: load.queued,
    oldestWaitMs: load.oldestWaitMs,
  };
}

function limitsOf(application: TracedApplication): Partial<Record<RunLane, number>> {
  return Object.fromEntries(application.load.lanes.map((lane) => [lane, application.limit(lane)]));
}
