import { join } from 'node:path';
import { loadProcessor } from './processors.ts';
import type { RateRow } from './rows.ts';
import type { Server } from './server.ts';
import type { Workplace } from './workplace.ts';
import { runWrk } from './wrk.ts';

export interface RateOptions {
  readonly wrk: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** By name of the peer; nothing for one that cannot run the row. */
export interface RateResult {
  readonly row: RateRow;
  readonly rates: ReadonlyMap<string, number>;
  /** What was not as it should be, in words. */
  readonly notes: readonly string[];
}

/** The median rate of every server under one row: rounds are interleaved, so that a slow moment of the machine meets all of them. */
export async function measureRates(
  row: RateRow,
  servers: readonly Server[],
  workplace: Workplace,
  { wrk, rounds, seconds }: RateOptions,
): Promise<RateResult> {
  const all = new Map(servers.map((server) => [server, [] as number[]]));
  const notes = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const [server, rates] of all) {
      const { connections, bodyBytes } = row;
      const load = { url: server.url(row.path), connections, bodyBytes };
      if (round === 0) await runWrk(wrk, workplace.folder, { ...load, seconds: 1 });
      const { rate, other, errors } = await runWrk(wrk, workplace.folder, { ...load, seconds });
      rates.push(rate);
      const wrong = row.status === 503 ? (other === 0 ? 1 : 0) : other;
      if (wrong > 0) notes.add(`${server.peer.name}: ${wrong} answers with another status`);
      if (errors > 0) notes.add(`${server.peer.name}: ${errors} connections failed`);
    }
  }
  const rates = new Map([...all].map(([server, values]) => [server.peer.name, median(values)]));
  return { row, rates, notes: [...notes] };
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** Milliseconds under arrivals by chance at this rate, the same for all; medians over the rounds. */
export async function measureLatencies(
  row: RateRow,
  servers: readonly Server[],
  rate: number,
  { rounds, seconds }: RateOptions,
): Promise<ReadonlyMap<string, Latency>> {
  const all = new Map(servers.map((server) => [server, [] as Latency[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [server, latencies] of all) {
      const fixture = join(import.meta.dirname, 'fixtures', 'open-loop.ts');
      const child = Bun.spawn(
        [
          'taskset',
          '-c',
          loadProcessor,
          process.execPath,
          fixture,
          server.url(row.path),
          String(rate),
          String(seconds * 1000),
        ],
        { stdout: 'pipe' },
      );
      latencies.push((await new Response(child.stdout).json()) as Latency);
    }
  }
  return new Map(
    [...all].map(([server, values]) => [
      server.peer.name,
      {
        p50: median(values.map(({ p50 }) => p50)),
        p99: median(values.map(({ p99 }) => p99)),
        failed: values.reduce((sum, { failed }) => sum + failed, 0),
      },
    ]),
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
