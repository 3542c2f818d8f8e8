import type { Aim } from './aim.ts';
import type { OverloadRow } from './overload-row.ts';

export interface FloodAimsOptions {
  readonly scenario: string;
  /** Whose aims these are, by its name in the rows. */
  readonly peer: string;
  readonly rows: readonly OverloadRow[];
  /** Visitors a second, in a closed loop. */
  readonly capacity: number;
  /** Whether the flood is over when it is over: visitors who come back prolong it themselves. */
  readonly ends: boolean;
  /** Besides twice the one below the capacity; nothing where that is all. */
  readonly longestP99Ms: number | undefined;
}

const SHED_P99_MS = 25;
const RECOVERY_MS = 2000;

/**
 * What is aimed at from two times the capacity on, beside what the server does below it. In each aim the worst rate counts.
 *
 * The peak, of which 95 % are to be left, is the most that this server has served at any rate, or the closed loop where that is more.
 */
export function floodAims(options: FloodAimsOptions): Aim[] {
  const { scenario, peer, rows, capacity, longestP99Ms } = options;
  const own = rows.filter((row) => row.peer === peer);
  const below = own.filter(({ share }) => share < 1);
  const floods = own.filter(({ share }) => share >= 2);
  if (below.length === 0 || floods.length === 0) return [];
  const of = (what: string, aim: string, found: string, reached: boolean): Aim => ({
    scenario,
    what,
    aim,
    found,
    reached,
  });

  const peak = Math.max(capacity, ...own.map(({ flood }) => flood.good));
  const [least, leastGood] = worst(floods, ({ flood }) => -flood.good);
  const quietP99 = Math.max(...below.map(({ flood }) => flood.p99 ?? Number.POSITIVE_INFINITY));
  const allowedP99 = Math.min(2 * quietP99, longestP99Ms ?? Number.POSITIVE_INFINITY);
  const [slowest, p99] = worst(floods, ({ flood }) => flood.p99 ?? Number.POSITIVE_INFINITY);
  const [latest, shedP99] = worst(floods, ({ flood }) => flood.shedP99 ?? 0);
  const [longest, recoveryMs] = worst(floods, (row) => row.recoveryMs);
  const needless = below.reduce((sum, { flood }) => sum + flood.shed, 0);
  const offered = below.reduce((sum, { flood }) => sum + flood.offered, 0);

  return [
    of(
      'served within a second',
      `95 % of the peak, ${peak.toFixed(0)}/s`,
      `${((-100 * leastGood) / peak).toFixed(1)} % at ${least.share} times`,
      -leastGood >= 0.95 * peak,
    ),
    of(
      `shed at ${below[0]?.share ?? '-'} times`,
      'nobody',
      `${((100 * needless) / Math.max(offered, 1e-9)).toFixed(1)} %`,
      needless === 0,
    ),
    of(
      'p99 of who is served',
      `${allowedP99.toFixed(0)} ms`,
      `${p99.toFixed(0)} ms at ${slowest.share} times`,
      p99 <= allowedP99,
    ),
    of(
      'p99 of the shed answers',
      `under ${SHED_P99_MS} ms`,
      `${shedP99.toFixed(0)} ms at ${latest.share} times`,
      shedP99 < SHED_P99_MS,
    ),
    ...(options.ends
      ? [
          of(
            'everybody is served again',
            `${RECOVERY_MS / 1000} s after the flood`,
            `${(recoveryMs / 1000).toFixed(1)} s after ${longest.share} times`,
            recoveryMs <= RECOVERY_MS,
          ),
        ]
      : []),
    ...besideOthers(rows, peer, floods).map(([found, reached]) =>
      of('beside the others', 'serves most at every rate', found, reached),
    ),
  ];
}

/** Nothing where no other was measured. */
function besideOthers(
  rows: readonly OverloadRow[],
  peer: string,
  floods: readonly OverloadRow[],
): [found: string, reached: boolean][] {
  const pairs = floods.flatMap((own) =>
    rows
      .filter((other) => other.peer !== peer && other.share === own.share)
      .map((other) => ({ own, other, ahead: own.flood.good / Math.max(other.flood.good, 1e-9) })),
  );
  const closest = pairs.sort((a, b) => a.ahead - b.ahead)[0];
  if (closest === undefined) return [];
  const { own, other, ahead } = closest;
  const found = `${own.flood.good.toFixed(0)}/s, ${other.peer} ${other.flood.good.toFixed(0)}/s at ${own.share} times`;
  return [[found, ahead >= 1]];
}

function worst(rows: readonly OverloadRow[], of: (row: OverloadRow) => number): [OverloadRow, number] {
  const all = rows.map((row): [OverloadRow, number] => [row, of(row)]);
  return all.reduce((worse, one) => (one[1] > worse[1] ? one : worse));
}
