import { describe, expect, test } from 'vitest';
import { aimsTable } from './aims-table.ts';
import { floodAims } from './flood-aims.ts';
import type { OverloadRow } from './overload-row.ts';
import { overloadTable } from './overload-table.ts';
import type { PhaseReport } from './phase-report.ts';

function row(peer: string, share: number, flood: Partial<PhaseReport>, recoveryMs = 0): OverloadRow {
  const rate = 100 * share;
  return {
    peer,
    share,
    recoveryMs,
    flood: {
      beganMs: 0,
      rate,
      offered: rate,
      good: Math.min(rate, 100),
      firstGood: Math.min(rate, 100),
      late: 0,
      shed: 0,
      failed: 0,
      gone: 0,
      attemptsEach: 1,
      p50: 12,
      p99: 30,
      shedP99: undefined,
      lastBadMs: 0,
      ...flood,
    },
  };
}

describe('the table', () => {
  test('has a row for each rate, a column for each server, and how soon all are served again', () => {
    const rows = [
      row('A', 0.6, { shed: 3 }),
      row('A', 5, { shed: 400, shedP99: 12.4 }, 1234),
      row('B', 0.6, {}),
      row('B', 5, { good: 0, p99: undefined }, 4000),
    ];
    expect(overloadTable(rows)).toBe(`| offered | A | B |
|---|---|---|
| 0.6 times | 60/s, p99 30 ms, sheds 5.0 % | 60/s, p99 30 ms |
| 5 times | 100/s, p99 30 ms, shed p99 12 ms | 0/s, p99 - ms |
| well again after 5 times | 1.2 s | 4.0 s |
`);
  });

  test('says how often visitors tried, where they came back', () => {
    const rows = [row('A', 2, { firstGood: 70, attemptsEach: 2.26 })];
    expect(overloadTable(rows)).toContain('| 100/s, p99 30 ms, 70/s at once, 2.3 attempts each |');
  });
});

describe('the aims of a flood', () => {
  const quiet = row('own', 0.6, { p99: 30 });
  const flood = row('own', 5, { good: 99, p99: 50, shed: 401, shedP99: 10 }, 1000);
  const judge = (rows: readonly OverloadRow[], longestP99Ms?: number, capacity = 100) =>
    Object.fromEntries(
      floodAims({ scenario: 's', peer: 'own', rows, capacity, ends: true, longestP99Ms }).map((aim) => [
        aim.what,
        aim,
      ]),
    );
  const missed = (rows: readonly OverloadRow[], longestP99Ms?: number, capacity?: number) =>
    Object.values(judge(rows, longestP99Ms, capacity))
      .filter(({ reached }) => !reached)
      .map(({ what }) => what);

  test('can all be reached', () => {
    expect(missed([quiet, flood, row('other', 5, { good: 98 })], 80)).toEqual([]);
  });

  test.each([
    ['served within a second', [quiet, { ...flood, flood: { ...flood.flood, good: 94 } }]],
    ['shed at 0.6 times', [row('own', 0.6, { shed: 0.5 }), flood]],
    ['p99 of who is served', [quiet, { ...flood, flood: { ...flood.flood, p99: 61 } }]],
    ['p99 of who is served', [quiet, { ...flood, flood: { ...flood.flood, p99: undefined } }]],
    ['p99 of the shed answers', [quiet, { ...flood, flood: { ...flood.flood, shedP99: 25 } }]],
    ['everybody is served again', [quiet, { ...flood, recoveryMs: 2001 }]],
    ['beside the others', [quiet, flood, row('other', 5, { good: 99.5 })]],
  ])('can be missed one by one: %s', (what, rows) => {
    expect(missed(rows)).toEqual([what]);
  });

  test('know a longest p99 besides twice the quiet one', () => {
    expect(missed([quiet, flood], 49)).toEqual(['p99 of who is served']);
  });

  test('are judged at the worst rate, which is named', () => {
    const worse = row('own', 10, { good: 80, p99: 40, shedP99: 10 });
    expect(judge([quiet, flood, worse])['served within a second']).toMatchObject({
      found: '80.0 % at 10 times',
      reached: false,
    });
  });

  test('take the closed loop for the peak where no flood had as much', () => {
    expect(missed([quiet, flood], undefined, 110)).toEqual(['served within a second']);
  });

  test('do not count how much others serve below the capacity', () => {
    expect(missed([quiet, flood, row('other', 0.6, { good: 61 })])).toEqual([]);
  });

  test('do not ask for an end of the flood where visitors come back after it', () => {
    const rows = [quiet, { ...flood, recoveryMs: 9000 }];
    const aims = floodAims({
      scenario: 's',
      peer: 'own',
      rows,
      capacity: 100,
      ends: false,
      longestP99Ms: undefined,
    });
    expect(aims.map(({ what }) => what)).not.toContain('everybody is served again');
    expect(missed(rows)).toEqual(['everybody is served again']);
  });

  test('are none where this server was not measured', () => {
    expect(
      floodAims({ scenario: 's', peer: 'x', rows: [quiet, flood], capacity: 1, ends: true, longestP99Ms: 1 }),
    ).toEqual([]);
  });

  test('are listed with whether they were reached', () => {
    const [first] = floodAims({
      scenario: 's',
      peer: 'own',
      rows: [quiet, flood],
      capacity: 100,
      ends: true,
      longestP99Ms: undefined,
    });
    expect(aimsTable([first!, { ...first!, reached: false }])).toBe(`| scenario | what | aim | found | |
|---|---|---|---|---|
| s | served within a second | 95 % of the peak, 100/s | 99.0 % at 5 times | reached |
| s | served within a second | 95 % of the peak, 100/s | 99.0 % at 5 times | **not reached** |
`);
  });
});
