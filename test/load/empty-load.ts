import type { MachineLoad } from '../../src/core/load.ts';

/** A load of which nothing is known. */
export function emptyLoad(): MachineLoad {
  return {
    processors: 1,
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
