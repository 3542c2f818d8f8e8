import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORKER_STATES } from '../../src/prefork/pool-effects.ts';
import type { PoolWorker } from '../../src/prefork/pool-worker.ts';
import { WorkerRoster } from '../../src/prefork/worker-roster.ts';
import { poolWorkerRecord } from './pool-worker-record.ts';

function rosterOf(...workers: PoolWorker[]): WorkerRoster {
  const roster = new WorkerRoster();
  for (const worker of workers) roster.add(worker);
  return roster;
}

describe('a roster of workers', () => {
  test('knows the one that became idle last, and the one that has been idle for longest', () => {
    const workers = [1, 2, 3].map((id) => poolWorkerRecord(id));
    const roster = rosterOf(...workers);
    for (const worker of [...workers].reverse()) roster.move(worker, 'idle');
    expect([roster.warmest?.id, roster.coldest?.id]).toEqual([1, 3]);
  });

  test('has neither where nobody is idle', () => {
    const roster = rosterOf(poolWorkerRecord(1));
    expect([roster.warmest, roster.coldest]).toEqual([undefined, undefined]);
  });

  test('counts by state, and knows the idle in their order, whatever moves', () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 5 }), state: fc.constantFrom(...WORKER_STATES) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const workers = Array.from({ length: 6 }, (_, id) => poolWorkerRecord(id));
        const roster = rosterOf(...workers);
        let idle: PoolWorker[] = [];
        for (const { id, state } of steps) {
          const worker = workers[id] as PoolWorker;
          roster.move(worker, state);
          idle = idle.filter((each) => each !== worker);
          if (state === 'idle') idle.push(worker);
          expect([roster.warmest, roster.coldest]).toEqual([idle.at(-1), idle[0]]);
        }
        for (const state of WORKER_STATES)
          expect(roster.count(state)).toBe(workers.filter((each) => each.state === state).length);
        expect(roster.staying).toBe(6 - roster.count('stopping') - roster.count('dying'));
      }),
    );
  });

  test('forgets who was removed', () => {
    const worker = poolWorkerRecord(1, { state: 'idle' });
    const roster = rosterOf(worker);
    roster.remove(worker);
    expect([roster.size, roster.get(1), roster.warmest, roster.count('idle')]).toEqual([
      0,
      undefined,
      undefined,
      0,
    ]);
  });

  test('knows of a connection that was offered, also to a worker that is dying', () => {
    const worker = poolWorkerRecord(1, { state: 'dying' });
    const roster = rosterOf(worker);
    expect(roster.hasOffer).toBe(false);
    worker.offered = { id: 7, arrivedMs: 0, attempts: 1 };
    expect(roster.hasOffer).toBe(true);
  });

  test('counts as former who is of before a reload and does not leave already', () => {
    const roster = rosterOf(
      poolWorkerRecord(1),
      poolWorkerRecord(2, { retireFor: 'memory' }),
      poolWorkerRecord(3, { state: 'stopping' }),
      poolWorkerRecord(4, { state: 'dying' }),
    );
    expect(roster.former).toBe(0);
    roster.turnOver();
    roster.add(poolWorkerRecord(5, { generation: 1 }));
    expect(roster.former).toBe(1);
  });
});

describe('who may go for a successor', () => {
  const successor = poolWorkerRecord(9, { generation: 2, state: 'starting' });

  test.each([
    ['nobody before the first reload', [poolWorkerRecord(1, { state: 'idle' })], 0, undefined],
    [
      'the oldest first',
      [
        poolWorkerRecord(1, { generation: 1, state: 'idle' }),
        poolWorkerRecord(2, { generation: 0, state: 'busy' }),
      ],
      2,
      2,
    ],
    [
      'an idle one of those that are equally old',
      [
        poolWorkerRecord(1, { state: 'busy' }),
        poolWorkerRecord(2, { state: 'idle' }),
        poolWorkerRecord(3, { state: 'busy' }),
      ],
      2,
      2,
    ],
    [
      'nobody who leaves already or is starting',
      [
        poolWorkerRecord(1, { retireFor: 'reload' }),
        poolWorkerRecord(2),
        poolWorkerRecord(3, { state: 'dying' }),
      ],
      2,
      undefined,
    ],
    [
      'nobody of the same reload while there is room',
      [poolWorkerRecord(1, { generation: 2, state: 'idle' })],
      2,
      undefined,
    ],
    [
      'one of the same reload above the maximum',
      [
        poolWorkerRecord(1, { generation: 2, state: 'idle' }),
        poolWorkerRecord(2, { generation: 2, state: 'busy' }),
        poolWorkerRecord(3, { generation: 2, state: 'busy' }),
      ],
      2,
      1,
    ],
  ] as const)('is %s', (_, workers, reloads, expected) => {
    const roster = rosterOf(...workers, successor);
    for (let reload = 0; reload < reloads; reload += 1) roster.turnOver();
    expect(roster.replaceableBy(successor, 3)?.id).toBe(expected);
  });
});
