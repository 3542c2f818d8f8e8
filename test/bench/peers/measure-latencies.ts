import { join } from 'node:path';
import type { RateOptions } from './measure-rates.ts';
import { median } from './median.ts';
import { loadProcessor } from './processors.ts';
import type { RateRow } from './rows.ts';
import type { Server } from './server.ts';

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Answers that did not come, or with another status. */
  readonly failed: number;
  /** Share of its processor that the load itself took, 0 to 1: near 1 it measures its own queue. */
  readonly busy: number;
}

/** Milliseconds under arrivals by chance at this rate, the same for all; medians over the rounds. */
export async function measureLatencies(
  row: RateRow,
  servers: readonly Server[],
  rate: number,
  { rounds, seconds }: RateOptions,
): Promise<ReadonlyMap<string, Latency>> {
  const all = new Map(servers.map((server) => [server, [] as Latency[]]));
  for (let round = 0; round < rounds; round++)
    for (const [server, latencies] of all) latencies.push(await openLoop(row, server, rate, seconds));
  return new Map(
    [...all].map(([server, values]) => [
      server.peer.name,
      {
        p50: median(values.map(({ p50 }) => p50)),
        p99: median(values.map(({ p99 }) => p99)),
        failed: values.reduce((sum, { failed }) => sum + failed, 0),
        busy: median(values.map(({ busy }) => busy)),
      },
    ]),
  );
}

async function openLoop(row: RateRow, server: Server, rate: number, seconds: number): Promise<Latency> {
  const fixture = join(import.meta.dirname, 'fixtures', 'open-loop.ts');
  const child = Bun.spawn(
    [
      ...['taskset', '-c', loadProcessor, process.execPath, fixture, server.url(row.path)],
      ...[rate, seconds * 1000, row.status].map(String),
    ],
    { stdout: 'pipe' },
  );
  return (await new Response(child.stdout).json()) as Latency;
}
