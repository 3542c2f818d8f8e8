import { median } from './median.ts';
import { processorMs } from './process-table.ts';
import type { RateRow } from './rows.ts';
import { runLoad } from './run-load.ts';
import type { Server } from './server.ts';
import type { Workplace } from './workplace.ts';

export interface RateOptions {
  readonly wrk: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** By name of the peer; nothing for one that cannot run the row. */
export interface RateResult {
  readonly rates: ReadonlyMap<string, number>;
  /** Microseconds of the server's processors for one answer. */
  readonly costs: ReadonlyMap<string, number>;
  /** What was not as it should be, in words. */
  readonly notes: readonly string[];
}

/** A server that leaves more of its processor idle was kept waiting: by load or backend, or a disk. */
const busyShare = 0.85;

/** The median rate of every server under one row: rounds are interleaved, so that a slow moment of the machine meets all of them. */
export async function measureRates(
  row: RateRow,
  servers: readonly Server[],
  workplace: Workplace,
  { wrk, rounds, seconds }: RateOptions,
): Promise<RateResult> {
  const all = servers.map((server) => ({
    server,
    rates: [] as number[],
    costs: [] as number[],
    shares: [] as number[],
  }));
  const notes = new Set<string>();
  for (let round = 0; round <= rounds; round++) {
    for (const { server, rates, costs, shares } of all) {
      const before = processorMs(server.pids);
      const { rate, other, errors } = await runLoad(wrk, workplace.folder, server, row, seconds);
      const busyMs = processorMs(server.pids) - before;
      // The first round warms up.
      if (round === 0) continue;
      rates.push(rate);
      costs.push((busyMs * 1000) / (rate * seconds));
      shares.push(busyMs / (seconds * 1000));
      const wrong = row.status === 503 ? (other === 0 ? 1 : 0) : other;
      if (wrong > 0) notes.add(`${server.peer.name}: ${wrong} answers with another status`);
      if (errors > 0) notes.add(`${server.peer.name}: ${errors} connections failed`);
    }
  }
  for (const { server, shares } of all) {
    const share = median(shares);
    if (row.uncounted !== true && share < busyShare)
      notes.add(`${server.peer.name}: processor ${(100 * share).toFixed(0)} % busy`);
  }
  const medians = (of: 'rates' | 'costs') =>
    new Map(all.map((measured) => [measured.server.peer.name, median(measured[of])]));
  return { rates: medians('rates'), costs: medians('costs'), notes: [...notes] };
}
