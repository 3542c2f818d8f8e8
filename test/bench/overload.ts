/**
 * Spillway with its default configuration beside other servers, some with a limit that was set by hand, while more visitors come than
 * the machine can serve. `npm run bench:overload [-- --quick] [-- --seconds N] [-- --chart FILE]`.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { overloadChart } from './overload/overload-chart.ts';
import { overloadPeers } from './overload/overload-peers.ts';
import type { OverloadRow } from './overload/overload-row.ts';
import { overloadTable } from './overload/overload-table.ts';
import { RunningPeer } from './overload/running-peer.ts';
import { adoptOrphans, endLeftovers } from './peers/leftovers.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
    burn: { type: 'string', default: '12' },
    only: { type: 'string', default: '' },
    chart: { type: 'string' },
  },
});
const seconds = values.quick ? 3 : Number(values.seconds);
/** Shares of the capacity that are offered. */
const shares = values.quick ? [0.6, 5] : [0.6, 1.2, 2, 5, 10];

adoptOrphans();
const folder = mkdtempSync(join(tmpdir(), 'spillway-overload-'));
chmodSync(folder, 0o755);
const program = join(folder, 'burn');
const compiled = Bun.spawnSync([
  'cc',
  '-O2',
  `-DBURN_MS=${Number(values.burn)}`,
  '-o',
  program,
  join(import.meta.dirname, 'overload/burn.c'),
]);
if (compiled.exitCode !== 0) throw new Error(`cc: ${compiled.stderr.toString()}`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  print(
    `${cpus().length} processors (${model}), ${new Date().toISOString().slice(0, 10)}, a CGI program that burns ${values.burn} ms`,
  );
  const rows: OverloadRow[] = [];
  let capacity: number | undefined;
  for (const [index, peer] of overloadPeers.entries()) {
    if (!peer.name.toLowerCase().includes(values.only.toLowerCase())) continue;
    if (peer.missing !== undefined) {
      print(`${peer.name}: not measured, ${peer.missing} is not installed`);
      continue;
    }
    const running = await RunningPeer.start(peer, join(folder, String(index)), program);
    capacity ??= await running.capacity(4, seconds * 1000);
    for (const share of shares) {
      const rate = share * capacity;
      // A quiet moment before, and after it the time in which everybody is to be served again.
      const [, flood, after] = await running.offer([
        [capacity / 4, 1000],
        [rate, seconds * 1000],
        [capacity * 0.5, 4000],
      ]);
      if (flood === undefined || after === undefined) throw new Error('a phase is missing');
      rows.push({ peer: peer.name, share, flood, recoveryMs: after.lastBadMs });
      print(
        `  ${peer.name} at ${share} times: ${flood.good.toFixed(0)} good of ${flood.offered.toFixed(0)} a second, p99 ${flood.p99?.toFixed(0) ?? '-'} ms, shed p99 ${flood.shedP99?.toFixed(0) ?? '-'} ms, well again after ${(after.lastBadMs / 1000).toFixed(1)} s`,
      );
    }
    await running.stop();
  }
  print(`\nCapacity in a closed loop: ${capacity?.toFixed(0)} a second\n\n${overloadTable(rows)}`);
  if (values.chart !== undefined) writeFileSync(values.chart, overloadChart(rows, capacity ?? 1));
} finally {
  rmSync(folder, { recursive: true, force: true });
  for (const line of endLeftovers()) print(`left behind: ${line}`);
}
process.exit(0);
