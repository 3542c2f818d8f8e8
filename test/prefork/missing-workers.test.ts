import { expect, test } from 'vitest';
import { missingWorkers } from '../../src/prefork/missing-workers.ts';
import type { WorkerState } from '../../src/prefork/pool-effects.ts';
import { WorkerRoster } from '../../src/prefork/worker-roster.ts';
import { poolWorkerRecord } from './pool-worker-record.ts';

interface Case {
  readonly states: readonly WorkerState[];
  readonly waiting?: number;
  readonly minIdle?: number;
  readonly isDraining?: boolean;
  readonly atOnce?: number;
  readonly reloaded?: boolean;
  readonly missing: number;
}

/** Two to eight workers. */
const cases: readonly (readonly [what: string, each: Case])[] = [
  ['the minimum at first', { states: [], missing: 2 }],
  ['nobody where all is well', { states: ['idle', 'busy'], missing: 0 }],
  [
    'one for each that waits and for whom none is starting',
    { states: ['busy', 'busy', 'starting'], waiting: 3, missing: 2 },
  ],
  ['those that are to be idle', { states: ['busy', 'idle'], minIdle: 3, missing: 2 }],
  ['none above the maximum', { states: Array(7).fill('busy'), waiting: 5, missing: 1 }],
  ['one for each that dies, at once', { states: ['idle', 'dying'], missing: 1 }],
  ['one in the place of who stops, before it has gone', { states: ['idle', 'stopping'], missing: 1 }],
  ['no more at once than allowed', { states: ['starting'], waiting: 6, atOnce: 2, missing: 1 }],
  [
    'only whom those that wait need while draining',
    { states: [], waiting: 1, minIdle: 3, isDraining: true, missing: 1 },
  ],
  ['nobody while draining where nobody waits', { states: [], isDraining: true, missing: 0 }],
  [
    'successors after a reload, a quarter of the maximum at a time',
    { states: Array(8).fill('busy'), reloaded: true, missing: 2 },
  ],
  ['successors for those only that are left', { states: ['idle', 'busy'], reloaded: true, missing: 2 }],
];

test.each(cases)(
  'a pool misses %s',
  (_, { states, waiting = 0, minIdle = 0, isDraining = false, atOnce = 8, reloaded, missing }) => {
    const roster = new WorkerRoster();
    states.forEach((state, id) => {
      roster.add(poolWorkerRecord(id, { state }));
    });
    if (reloaded) roster.turnOver();
    const bounds = { minWorkers: 2, maxWorkers: 8, minIdle };
    expect(Math.max(0, missingWorkers(bounds, roster, waiting, isDraining, atOnce))).toBe(missing);
  },
);
