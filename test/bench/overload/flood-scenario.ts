import { floodAims } from './flood-aims.ts';
import type { StreamPlan } from './load-plan.ts';
import { type OverloadPeer, spillwayPeer } from './overload-peers.ts';
import type { OverloadRow } from './overload-row.ts';
import { overloadTable } from './overload-table.ts';
import type { RunningPeer } from './running-peer.ts';
import type { Scenario, ScenarioContext } from './scenario.ts';
import type { ServiceTime } from './service-time.ts';

export interface FloodScenarioOptions {
  readonly name: string;
  readonly about: string;
  readonly service: ServiceTime;
  /** Shares of the capacity that are offered, from below it to the greatest. */
  readonly shares: readonly number[];
  readonly retries?: boolean;
  /** Besides twice the one below the capacity. */
  readonly longestP99Ms?: number;
  /** So many times the length that was asked for, where visitors are few. */
  readonly stretch?: number;
}

const PATH = '/burn';
const CALM_MS = 1000;
/** In which everybody is to be served again. */
const AFTER_MS = 4000;
/** Who was shed at the end of a flood may be back this late. */
const AFTER_RETRIES_MS = 12_000;
const CLOSED_LOOP_VISITORS = 4;

/** A flood of visitors of one application at several rates. */
export function floodScenario(options: FloodScenarioOptions): Scenario {
  const { name, about, service, longestP99Ms } = options;
  return {
    name,
    about,
    async run(context) {
      const rows: OverloadRow[] = [];
      let capacity: number | undefined;
      for (const peer of context.peers) {
        const running = await context.start(peer, { program: context.program, paths: [PATH] });
        try {
          const closedLoopMs = context.floodMs * (options.stretch ?? 1);
          capacity ??= await running.capacity(PATH, service, CLOSED_LOOP_VISITORS, closedLoopMs);
          const sharesHere = context.quick ? [options.shares[0] ?? 1, 5] : options.shares;
          for (const [index, share] of sharesHere.entries())
            rows.push(await flood(options, context, { peer, running, capacity, share, seed: index + 1 }));
        } finally {
          await running.stop();
        }
      }
      if (capacity === undefined) throw new Error('there is no server to measure');
      const ends = options.retries !== true;
      const aims = floodAims({ scenario: name, peer: spillwayPeer.name, rows, capacity, ends, longestP99Ms });
      return { table: overloadTable(rows), aims, capacity, rows };
    },
  };
}

interface Flood {
  readonly peer: OverloadPeer;
  readonly running: RunningPeer;
  readonly capacity: number;
  readonly share: number;
  readonly seed: number;
}

async function flood(
  { service, retries = false, stretch = 1 }: FloodScenarioOptions,
  context: ScenarioContext,
  { peer, running, capacity, share, seed }: Flood,
): Promise<OverloadRow> {
  const stream: StreamPlan = {
    path: PATH,
    service,
    retries,
    phases: [
      { rate: capacity / 4, durationMs: CALM_MS },
      { rate: capacity * share, durationMs: context.floodMs * stretch },
      { rate: capacity / 2, durationMs: retries ? AFTER_RETRIES_MS : AFTER_MS },
    ],
  };
  const [reports] = await running.offer({ seed, streams: [stream] });
  const [, during, after] = reports ?? [];
  if (during === undefined || after === undefined) throw new Error('a phase is missing');
  context.print(
    `  ${peer.name} at ${share} times: ${during.good.toFixed(0)} good of ${during.offered.toFixed(0)} a second, p99 ${during.p99?.toFixed(0) ?? '-'} ms, shed p99 ${during.shedP99?.toFixed(0) ?? '-'} ms, well again after ${(after.lastBadMs / 1000).toFixed(1)} s`,
  );
  return { peer: peer.name, share, flood: during, recoveryMs: after.lastBadMs };
}
