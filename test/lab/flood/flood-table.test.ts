import { describe, expect, test } from 'vitest';
import { floodTable } from '../../../src/lab/flood/flood-table.ts';
import { PhaseTally } from '../../../src/lab/flood/phase-tally.ts';
import { progressLine } from '../../../src/lab/flood/progress-line.ts';

describe('the summary', () => {
  test('has a line for each phase, with the answers of the application split by lane', () => {
    const quiet = new PhaseTally({ name: 'quiet', durationMs: 1000, rate: 1 });
    quiet.offered = 1;
    quiet.count({ kind: 'answered', status: 200, latencyMs: 3.14 });
    const flood = new PhaseTally({ name: 'flood', durationMs: 1000, rate: 1 });
    flood.offered = 7;
    for (const latencyMs of [20, 30, 40.4]) flood.count({ kind: 'answered', status: 404, latencyMs });
    for (const status of [503, 503, 502]) flood.count({ kind: 'answered', status, latencyMs: 1 });
    flood.count({ kind: 'unanswered', why: 'broken off' });
    flood.decisions = { exec: 1, forward: 2, shed: 2 };
    expect(floodTable([quiet, flood])).toBe(
      [
        'phase  offered  exec  forward  shed  failed     p50     p99',
        'quiet        1     -        -     0       0  3.1 ms  3.1 ms',
        'flood        7     1        2     2       2   30 ms   40 ms',
        '',
      ].join('\n'),
    );
    expect([...flood.failures]).toEqual([
      ['status 502', 1],
      ['broken off', 1],
    ]);
  });

  test('says nothing of times where the application answered nobody', () => {
    expect(floodTable([new PhaseTally({ name: 'x', durationMs: 1, rate: 1 })])).toMatch(
      /0 +- +- +0 +0 +- +-\n$/,
    );
  });
});

describe('the progress line', () => {
  const progress = {
    phase: 'flood',
    elapsedMs: 4250,
    sinceMs: 250,
    offered: 700,
    answered: 300,
    before: undefined,
  };

  test('shows rates by lane, load and daemon, where there are metrics', () => {
    const before = { decisions: { exec: 10, forward: 0, shed: 0 }, load: 1, daemon: 'up' };
    const sight = { decisions: { exec: 10, forward: 300, shed: 400 }, load: 3.25, daemon: 'up' };
    expect(progressLine({ ...progress, before, sight })).toBe(
      'flood         4.3 s  offered  2800/s  exec     0/s  forward  1200/s  shed  1600/s  load  3.3  daemon up',
    );
  });

  test('shows what visitors see, where there are none', () => {
    expect(progressLine({ ...progress, sight: undefined })).toBe(
      'flood         4.3 s  offered  2800/s  answered  1200/s',
    );
  });
});
