import type { PoolOptions } from './pool-options.ts';
import type { WorkerRoster } from './worker-roster.ts';

/** Of the maximum; at a reload, how many may run above it, so that the former ones serve until their successors can. */
const RELOAD_SHARE = 4;

/**
 * How many workers should be started now: at most 0 where none. One for each connection that waits, and as long as the pool is not draining
 * those that are to be idle, the minimum, and successors for the workers of before.
 *
 * @param atOnce how many may be starting at the same time
 */
export function missingWorkers(
  { minWorkers, maxWorkers, minIdle }: Pick<PoolOptions, 'minWorkers' | 'maxWorkers' | 'minIdle'>,
  roster: WorkerRoster,
  waiting: number,
  isDraining: boolean,
  atOnce: number,
): number {
  const starting = roster.count('starting');
  // Those that are stopping still use memory; those that are dying are as good as gone.
  const alive = roster.size - roster.count('dying');
  let wanted = waiting - starting;
  let room = maxWorkers - alive;
  if (!isDraining) {
    wanted = Math.max(
      wanted,
      waiting + minIdle - roster.count('idle') - starting,
      minWorkers - alive + roster.count('stopping'),
    );
    const { former } = roster;
    if (former > 0) {
      const above = Math.ceil(maxWorkers / RELOAD_SHARE);
      wanted = Math.max(wanted, Math.min(former, above) - starting);
      room += above;
    }
  }
  return Math.min(wanted, room, atOnce - starting);
}
