import type { PoolWorker } from '../../src/prefork/pool-worker.ts';

/** A worker that has just been started; changed as wanted. */
export function poolWorkerRecord(id: number, changes: Partial<PoolWorker> = {}): PoolWorker {
  return {
    id,
    generation: 0,
    maxRequests: Number.POSITIVE_INFINITY,
    state: 'starting',
    served: 0,
    idleSinceMs: 0,
    offered: undefined,
    offeredMs: 0,
    retireFor: undefined,
    cancelTimer: () => {},
    ...changes,
  };
}
