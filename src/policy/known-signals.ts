import type { Signal } from '../core/load.ts';

/** Complete by its type: a signal that is added to the load is missed here. */
const known: Readonly<Record<Signal, true>> = {
  processors: true,
  machineProcessors: true,
  loadAverage: true,
  running: true,
  cpuPressure: true,
  memoryPressure: true,
  ioPressure: true,
  cpuBusy: true,
  memoryAvailable: true,
  eventLoopDelayMs: true,
  lanes: true,
  daemon: true,
  inflight: true,
  queued: true,
  oldestWaitMs: true,
};

/** Every name that a policy may list in `signals`. */
export const knownSignals: readonly string[] = Object.keys(known);
