/**
 * nginx, lighttpd and Spillway side by side: `npm run bench -- [--quick] [--rows TEXT] [--profile TEXT]`. The server has one
 * processor, load and backend another; medians of interleaved rounds. Prints Markdown. `--rows` takes the rows whose name has
 * one of the words, separated by commas; `--profile` says where Spillway spends its time under these rows instead.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { peer } from '../support/peer.ts';
import { type Comparison, comparisonTable } from './peers/comparison-table.ts';
import { lighttpdPeer } from './peers/lighttpd-peer.ts';
import { measureMemory, memoryRows } from './peers/measure-memory.ts';
import { measureLatencies, measureRates, type RateOptions } from './peers/measure-rates.ts';
import { nginxPeer } from './peers/nginx-peer.ts';
import { profileRow } from './peers/profile-row.ts';
import { type RateRow, rateRows } from './peers/rows.ts';
import type { Server } from './peers/server.ts';
import { spillwayPeer } from './peers/spillway-peer.ts';
import { Workplace } from './peers/workplace.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rows: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});
const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const wanted = (name: string, words: string): boolean => words.split(',').some((word) => name.includes(word));

const wrk = peer('wrk', 'wrk').path;
if (wrk === '' || navigator.hardwareConcurrency < 2) {
  process.stderr.write('expected wrk (Debian package wrk) and two processors\n');
  process.exit(1);
}
const rates: RateOptions = { wrk, rounds: 5, seconds: options.quick ? 1 : 2 };
const spillway = spillwayPeer();
const peers = [nginxPeer, lighttpdPeer, spillway];
const present = peers.filter(({ version }) => version !== undefined);
const missing = peers.filter(({ version }) => version === undefined);
const workplace = await Workplace.open();

function compare(
  row: string,
  unit: string,
  of: ReadonlyMap<string, number>,
  notes: readonly string[] = [],
): Comparison {
  const [nginx, lighttpd, ours] = peers.map(({ name }) => of.get(name));
  return { row, unit, nginx, lighttpd, spillway: ours, notes };
}

async function compareRow(row: RateRow, servers: readonly Server[]): Promise<Comparison[]> {
  const able = servers.filter(({ peer: { cannot } }) => !cannot.has(row.name));
  const unable = servers.flatMap(({ peer: { name, cannot } }) => {
    const why = cannot.get(row.name);
    return why === undefined ? [] : [`${name}: ${why}`];
  });
  const result = await measureRates(row, able, workplace, rates);
  const lines = [compare(row.name, '1/s', result.rates, [...unable, ...result.notes])];
  if (row.latency !== true) return lines;
  const half = Math.floor(Math.min(...result.rates.values()) / 2);
  const latencies = await measureLatencies(row, able, half, rates);
  const notes = [...latencies].flatMap(([name, { failed }]) =>
    failed > 0 && row.status === 200 ? [`${name}: ${failed} failed`] : [],
  );
  const of = (pick: 'p50' | 'p99') => new Map([...latencies].map(([name, latency]) => [name, latency[pick]]));
  if (row.status !== 200) return lines;
  return [
    ...lines,
    compare(`${row.name}: p50 at ${half}/s`, 'ms', of('p50'), notes),
    compare(`${row.name}: p99 at ${half}/s`, 'ms', of('p99'), notes),
  ];
}

async function compareRates(accessLog: boolean): Promise<Comparison[]> {
  const rows = rateRows.filter(
    (row) => (row.accessLog ?? false) === accessLog && wanted(row.name, options.rows),
  );
  if (rows.length === 0) return [];
  const servers: Server[] = [];
  const lines: Comparison[] = [];
  try {
    for (const one of present) servers.push(await workplace.start(one, accessLog));
    for (const row of rows) lines.push(...(await compareRow(row, servers)));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return lines;
}

async function compareMemory(): Promise<Comparison[]> {
  if (!wanted('memory', options.rows)) return [];
  const measured = new Map<string, readonly number[]>();
  for (const one of present) {
    const server = await workplace.start(one);
    measured.set(one.name, await measureMemory(server));
    await server.stop();
  }
  return memoryRows.map((name, index) =>
    compare(
      `memory, ${name}`,
      'MB',
      new Map([...measured].map(([who, values]) => [who, (values[index] ?? Number.NaN) / 1e6])),
    ),
  );
}

try {
  if (options.profile !== undefined) {
    for (const row of rateRows.filter(({ name }) => wanted(name, options.profile ?? ''))) {
      print(`\n${row.name}`);
      for (const line of await profileRow(row, workplace, { wrk, seconds: 4, top: 25 })) print(line);
    }
  } else {
    const first = await workplace.start(spillway);
    await workplace.takePageOf(first);
    await first.stop();
    const loadBefore = readFileSync('/proc/loadavg', 'latin1').split(' ')[0];
    const lines = [...(await compareRates(false)), ...(await compareRates(true)), ...(await compareMemory())];
    print(comparisonTable(lines));
    print(
      `\n${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} processors, load average before: ${loadBefore}`,
    );
    print(present.map(({ version }) => version).join(', '));
    for (const { name } of missing) print(`${name} is not installed: its column is empty`);
    print(
      `npm run bench -- ${process.argv.slice(2).join(' ')}: medians of ${rates.rounds} interleaved rounds of ${rates.seconds} s`,
    );
    print(
      `pages of ${workplace.pageBytes} bytes; exec: ${workplace.programKind}; memory: resident, all processes of a server`,
    );
  }
} finally {
  await workplace.close();
}
