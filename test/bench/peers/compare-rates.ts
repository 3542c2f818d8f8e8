import { comparisonOf } from './comparison-of.ts';
import type { Comparison } from './comparison-table.ts';
import { measureLatencies } from './measure-latencies.ts';
import { measureRates, type RateOptions } from './measure-rates.ts';
import type { RateRow } from './rows.ts';
import type { Peer, Server } from './server.ts';
import type { Workplace } from './workplace.ts';

/** A load that is busier than this waits for itself, and its latencies are not the server's. */
const busyLoad = 0.8;

/** The lines of all rows, in their order. Rows of one variant share the servers. */
export async function compareRates(
  rows: readonly RateRow[],
  peers: readonly Peer[],
  workplace: Workplace,
  options: RateOptions,
): Promise<readonly Comparison[]> {
  const lines: Comparison[] = [];
  for (const [variant, group] of Map.groupBy(rows, (row) => row.variant)) {
    const servers: Server[] = [];
    try {
      for (const peer of peers) servers.push(await workplace.start(peer, variant));
      for (const row of group) lines.push(...(await compareRow(row, servers, workplace, options)));
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }
  return lines;
}

async function compareRow(
  row: RateRow,
  servers: readonly Server[],
  workplace: Workplace,
  options: RateOptions,
): Promise<readonly Comparison[]> {
  const able = servers.filter(({ peer: { cannot } }) => !cannot.has(row.path));
  const unable = servers.flatMap(({ peer: { name, cannot } }) => {
    const why = cannot.get(row.path);
    return why === undefined ? [] : [`${name}: ${why}`];
  });
  const { rates, costs, notes } = await measureRates(row, able, workplace, options);
  const lines = [comparisonOf(row.name, '1/s', rates, [...unable, ...notes])];
  if (row.cost === true) lines.push(comparisonOf(`${row.name}: processor time of one`, 'µs', costs));
  if (row.latency === true) {
    const half = Math.floor(Math.min(...rates.values()) / 2);
    lines.push(...(await compareLatencies(row, able, half, options)));
  }
  return lines;
}

async function compareLatencies(
  row: RateRow,
  servers: readonly Server[],
  rate: number,
  options: RateOptions,
): Promise<readonly Comparison[]> {
  const latencies = await measureLatencies(row, servers, rate, options);
  const notes = [...latencies].flatMap(([name, { failed, busy }]) => [
    ...(failed > 0 ? [`${name}: ${failed} failed`] : []),
    ...(busy > busyLoad ? [`${name}: the load itself was ${(100 * busy).toFixed(0)} % busy`] : []),
  ]);
  const of = (pick: 'p50' | 'p99') => new Map([...latencies].map(([name, latency]) => [name, latency[pick]]));
  return [
    comparisonOf(`${row.name}: p50 at ${rate}/s`, 'ms', of('p50'), notes),
    comparisonOf(`${row.name}: p99 at ${rate}/s`, 'ms', of('p99')),
  ];
}
