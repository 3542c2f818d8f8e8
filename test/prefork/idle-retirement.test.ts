import { describe, expect, test } from 'vitest';
import { IdleRetirement } from '../../src/prefork/idle-retirement.ts';
import { WorkerRoster } from '../../src/prefork/worker-roster.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { poolWorkerRecord } from './pool-worker-record.ts';

/** Workers 1, 2, ... have been idle since these moments. */
function idleWorld(
  idleSinceMs: readonly number[],
  bounds: { minWorkers: number; minIdle: number },
  timeoutMs = 1000,
) {
  const clock = new VirtualClock();
  const roster = new WorkerRoster();
  idleSinceMs.forEach((sinceMs, index) => {
    roster.add(poolWorkerRecord(index + 1, { state: 'idle', idleSinceMs: sinceMs }));
  });
  const gone: string[] = [];
  const retirement: IdleRetirement = new IdleRetirement(
    { ...bounds, workerIdleTimeoutMs: timeoutMs === 0 ? undefined : timeoutMs },
    roster,
    clock,
    (worker) => {
      gone.push(`${worker.id} at ${clock.now()}`);
      roster.move(worker, 'stopping');
    },
    () => retirement.watch(),
  );
  return { clock, roster, gone, retirement };
}

describe('idle workers', () => {
  test('go when they have been idle for the time allowed, the coldest first', () => {
    const { clock, gone, retirement } = idleWorld([0, 0, 300], { minWorkers: 0, minIdle: 0 });
    retirement.watch();
    clock.advance(5000);
    expect(gone).toEqual(['1 at 1000', '2 at 1000', '3 at 1300']);
  });

  test.each([
    ['the minimum of workers', { minWorkers: 2, minIdle: 0 }],
    ['those that are to be idle', { minWorkers: 0, minIdle: 2 }],
  ])('stay down to %s', (_, bounds) => {
    const { clock, gone, retirement } = idleWorld([0, 0, 0], bounds);
    retirement.watch();
    clock.advance(5000);
    expect(gone).toEqual(['1 at 1000']);
  });

  test('stay where one has become busy in the meantime, until it is too long for them', () => {
    const { clock, roster, gone, retirement } = idleWorld([0, 500], { minWorkers: 0, minIdle: 0 });
    retirement.watch();
    const first = roster.get(1);
    if (first !== undefined) roster.move(first, 'busy');
    clock.advance(1499);
    expect(gone).toEqual([]);
    clock.advance(1);
    expect(gone).toEqual(['2 at 1500']);
  });

  test('stay for ever where the operator has set no time', () => {
    const { clock, gone, retirement } = idleWorld([0], { minWorkers: 0, minIdle: 0 }, 0);
    retirement.watch();
    clock.advance(1e9);
    expect(gone).toEqual([]);
  });
});
