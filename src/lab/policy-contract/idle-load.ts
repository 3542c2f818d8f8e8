import type { Load } from '../../core/load.ts';

/** A quiet machine with 2 processors and an application with both lanes whose daemon is down; changed as wanted. */
export function idleLoad(changes: Partial<Load> = {}): Load {
  return {
    processors: 2,
    machineProcessors: undefined,
    loadAverage: 0,
    running: 0,
    cpuPressure: undefined,
    memoryPressure: undefined,
    ioPressure: undefined,
    cpuBusy: undefined,
    memoryAvailable: undefined,
    eventLoopDelayMs: undefined,
    lanes: ['exec', 'forward'],
    daemon: 'down',
    inflight: { exec: 0, forward: 0 },
    queued: 0,
    oldestWaitMs: 0,
    ...changes,
  };
}
