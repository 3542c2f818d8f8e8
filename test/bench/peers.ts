/**
 * nginx, lighttpd and Spillway side by side: `npm run bench -- [--quick] [--rows TEXT] [--profile TEXT]`. The server has one
 * processor, load and backend another; medians of interleaved rounds. Prints Markdown. `--rows` takes the rows whose name has
 * one of the words, separated by commas; `--profile` says where Spillway spends its time under these rows instead. No process is
 * left at the end: exit code 1, and a line for each, where one was.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { peer } from '../support/peer.ts';
import { compareMemory } from './peers/compare-memory.ts';
import { compareRates } from './peers/compare-rates.ts';
import { comparisonTable } from './peers/comparison-table.ts';
import { adoptOrphans, endLeftovers } from './peers/leftovers.ts';
import { lighttpdPeer } from './peers/lighttpd-peer.ts';
import type { RateOptions } from './peers/measure-rates.ts';
import { nginxPeer } from './peers/nginx-peer.ts';
import { profileRow } from './peers/profile-row.ts';
import { rateRows } from './peers/rows.ts';
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

adoptOrphans();
const workplace = await Workplace.open();
// Not `once`: a terminal or timeout(1) may send it twice, and the second would end us before our work is done.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    endLeftovers();
    workplace.remove();
    // The runtime takes notice of its children's ends in between.
    setTimeout(() => process.exit(1), 200);
  });

async function compare(): Promise<void> {
  const first = await workplace.start(spillway);
  await workplace.takePageOf(first);
  await first.stop();
  const loadBefore = readFileSync('/proc/loadavg', 'latin1').split(' ')[0];
  const rows = rateRows.filter(({ name }) => wanted(name, options.rows));
  const lines = [...(await compareRates(rows, present, workplace, rates))];
  if (wanted('memory', options.rows)) lines.push(...(await compareMemory(present, workplace)));
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

async function profile(words: string): Promise<void> {
  for (const row of rateRows.filter(({ name, variant }) => variant.workers === 1 && wanted(name, words))) {
    print(`\n${row.name}`);
    for (const line of await profileRow(row, workplace, { wrk, seconds: 4, top: 25 })) print(line);
  }
}

try {
  if (options.profile === undefined) await compare();
  else await profile(options.profile);
} finally {
  await workplace.close();
  for (const line of endLeftovers()) {
    process.stderr.write(`was left, and is ended now: ${line}\n`);
    process.exitCode = 1;
  }
}
