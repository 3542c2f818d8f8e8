/**
 * Spillway with its default configuration beside other servers, some with a limit that was set by hand, while more visitors come than
 * the machine can serve. `npm run bench:overload -- [--scenario NAME[,NAME] | --scenario all] [--quick] [--seconds N] [--only TEXT]
 * [--chart FILE]`. Without a scenario: `burn`, of which the chart is. `--only` takes the servers whose name has this in it.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Aim } from './overload/aim.ts';
import { aimsTable } from './overload/aims-table.ts';
import { scenariosOf } from './overload/all-scenarios.ts';
import { compileFixture } from './overload/compile-fixture.ts';
import { overloadChart } from './overload/overload-chart.ts';
import { overloadPeers } from './overload/overload-peers.ts';
import { RunningPeer } from './overload/running-peer.ts';
import type { ScenarioContext } from './overload/scenario.ts';
import { adoptOrphans, endLeftovers } from './peers/leftovers.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'burn' },
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
    chart: { type: 'string' },
  },
});
const scenarios = scenariosOf(values.scenario);
const seconds = values.quick ? 3 : Number(values.seconds);
if (!(seconds > 0)) throw new Error(`expected a number of seconds, found ${values.seconds}`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

adoptOrphans();
const root = mkdtempSync(join(tmpdir(), 'spillway-overload-'));
chmodSync(root, 0o755);
const end = (code: number): never => {
  for (const line of endLeftovers()) print(`left behind: ${line}`);
  rmSync(root, { recursive: true, force: true });
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(1));

let folders = 0;
const context: ScenarioContext = {
  peers: overloadPeers.filter(({ name, missing }) => {
    if (!name.toLowerCase().includes(values.only.toLowerCase())) return false;
    if (missing !== undefined) print(`${name}: not measured, ${missing} is not installed`);
    return missing === undefined;
  }),
  floodMs: seconds * 1000,
  quick: values.quick,
  program: compileFixture('burn.c', join(root, 'burn')),
  start: (peer, site) => RunningPeer.start(peer, context.folder(), site),
  print,
  folder() {
    folders += 1;
    const folder = join(root, String(folders));
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    return folder;
  },
};

try {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  print(`${cpus().length} processors (${model}), ${new Date().toISOString().slice(0, 10)}`);
  const aims: Aim[] = [];
  for (const { name, about, run } of scenarios) {
    print(`\n${name}: ${about}`);
    const result = await run(context);
    print(`\nCapacity in a closed loop: ${result.capacity.toFixed(0)} a second\n\n${result.table}`);
    aims.push(...result.aims);
    if (name === 'burn' && values.chart !== undefined && result.rows !== undefined)
      writeFileSync(values.chart, overloadChart(result.rows, result.capacity));
  }
  if (aims.length > 0) print(aimsTable(aims));
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  end(1);
}
end(0);
