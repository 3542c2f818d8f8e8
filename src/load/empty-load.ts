import type { MachineLoad } from '../core/load.ts';

/** A load of which nothing has been measured. */
export function emptyLoad(): MachineLoad {
  return {
    processors: 1,
    machineProcessors: undefined,
    loadAverage: undefined,
    running: undefined,
    cpuPressure: undefined,
    memoryPressure: undefined,
    ioPressure: undefined,
    cpuBusy: undefined,
    memoryAvailable: undefined,
    eventLoopDelayMs: undefined,
  };
}
