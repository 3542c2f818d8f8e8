import type { Aim } from '../aim.ts';
import type { StreamPlan } from '../load-plan.ts';
import { spillwayPeer } from '../overload-peers.ts';
import type { PhaseReport } from '../phase-report.ts';
import type { RunningPeer } from '../running-peer.ts';
import type { Scenario } from '../scenario.ts';
import type { ServiceTime } from '../service-time.ts';

const NAME = 'three-applications';
const SERVICE: ServiceTime = { kind: 'constant', ms: 12 };
const FLOODED = '/a';
const NEIGHBOURS = ['/b', '/c'];
const FLOOD_SHARE = 5;
const NEIGHBOUR_SHARE = 0.15;
const CALM_MS = 1000;

interface Pair {
  readonly peer: string;
  readonly path: string;
  readonly alone: PhaseReport;
  readonly beside: PhaseReport;
}

/** One of three applications of a server is flooded; the other two have few visitors, and are to notice nothing. */
export const threeApplications: Scenario = {
  name: NAME,
  about: `three applications of 12 ms: a is offered ${FLOOD_SHARE} times the capacity of the machine, b and c ${NEIGHBOUR_SHARE} times each`,
  async run({ peers, program, floodMs, start, print }) {
    const pairs: Pair[] = [];
    const floods: { peer: string; report: PhaseReport }[] = [];
    let capacity: number | undefined;
    for (const peer of peers) {
      const running = await start(peer, { program, paths: [FLOODED, ...NEIGHBOURS] });
      try {
        capacity ??= await running.capacity(FLOODED, SERVICE, 4, floodMs);
        const alone = await offer(running, capacity, floodMs, 0);
        const beside = await offer(running, capacity, floodMs, FLOOD_SHARE);
        for (const path of NEIGHBOURS) {
          const pair = { peer: peer.name, path, alone: of(alone, path), beside: of(beside, path) };
          pairs.push(pair);
          print(
            `  ${peer.name}, ${path} alone: ${words(pair.alone)}; beside the flood: ${words(pair.beside)}`,
          );
        }
        floods.push({ peer: peer.name, report: of(beside, FLOODED) });
      } finally {
        await running.stop();
      }
    }
    if (capacity === undefined) throw new Error('there is no server to measure');
    const names = peers.map(({ name }) => name);
    const row = (head: string, cell: (peer: string) => PhaseReport | undefined): string =>
      `| ${head} | ${names.map((name) => words(cell(name))).join(' | ')} |`;
    const find = (peer: string, path: string) => pairs.find((one) => one.peer === peer && one.path === path);
    const lines = [
      `| application | ${names.join(' | ')} |`,
      `|---|${names.map(() => '---').join('|')}|`,
      ...NEIGHBOURS.flatMap((path) => [
        row(`${path.slice(1)}, alone`, (peer) => find(peer, path)?.alone),
        row(`${path.slice(1)}, beside the flood`, (peer) => find(peer, path)?.beside),
      ]),
      row('a, flooded', (peer) => floods.find((one) => one.peer === peer)?.report),
    ];
    const own = pairs.filter(({ peer }) => peer === spillwayPeer.name);
    return { table: `${lines.join('\n')}\n`, aims: own.flatMap(aimsOf), capacity };
  },
};

/** The same visitors of the other two, whether there is a flood or not. Gives the reports of the middle phase by path. */
async function offer(
  running: RunningPeer,
  capacity: number,
  floodMs: number,
  floodShare: number,
): Promise<Map<string, PhaseReport>> {
  const rateOf = (path: string) => capacity * (path === FLOODED ? floodShare : NEIGHBOUR_SHARE);
  const streams = [FLOODED, ...NEIGHBOURS].map(
    (path): StreamPlan => ({
      path,
      service: SERVICE,
      retries: false,
      phases: [
        { rate: path === FLOODED ? 0 : rateOf(path), durationMs: CALM_MS },
        { rate: rateOf(path), durationMs: floodMs },
      ],
    }),
  );
  const reports = await running.offer({ seed: 1, streams });
  return new Map(
    streams.map(({ path }, index) => {
      const during = reports[index]?.[1];
      if (during === undefined) throw new Error('a phase is missing');
      return [path, during];
    }),
  );
}

function of(reports: ReadonlyMap<string, PhaseReport>, path: string): PhaseReport {
  const report = reports.get(path);
  if (report === undefined) throw new Error(`there is no report of ${path}`);
  return report;
}

function words(report: PhaseReport | undefined): string {
  if (report === undefined) return '-';
  return `${report.good.toFixed(1)} of ${report.offered.toFixed(1)}/s, p99 ${report.p99?.toFixed(0) ?? '-'} ms`;
}

function aimsOf({ path, alone, beside }: Pair): Aim[] {
  const kept = beside.good / alone.good;
  const p99 = beside.p99 ?? Number.POSITIVE_INFINITY;
  const allowed = 2 * (alone.p99 ?? 0);
  const application = path.slice(1);
  return [
    {
      scenario: NAME,
      what: `${application}: served within a second`,
      aim: '99 % of what it serves alone',
      found: `${(100 * kept).toFixed(1)} %`,
      reached: kept >= 0.99,
    },
    {
      scenario: NAME,
      what: `${application}: p99`,
      aim: `${allowed.toFixed(0)} ms, twice its own`,
      found: `${p99.toFixed(0)} ms`,
      reached: p99 <= allowed,
    },
  ];
}
