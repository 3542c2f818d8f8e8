import type { Load } from '../../core/load.ts';
import { emptyLoad } from '../../load/empty-load.ts';

/** A quiet machine with 2 processors and an application with both lanes whose daemon is down; changed as wanted. */
export function idleLoad(changes: Partial<Load> = {}): Load {
  return {
    ...emptyLoad(),
    processors: 2,
    loadAverage: 0,
    running: 0,
    lanes: ['exec', 'forward'],
    daemon: 'down',
    inflight: { exec: 0, forward: 0 },
    queued: 0,
    oldestWaitMs: 0,
    ...changes,
  };
}
