import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RateRow } from './rows.ts';
import { runLoad } from './run-load.ts';
import { spillwayPeer } from './spillway-peer.ts';
import type { Workplace } from './workplace.ts';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Where Spillway spends its time under one row: lines of share, function and place, the largest first. */
export async function profileRow(
  row: RateRow,
  workplace: Workplace,
  options: { readonly wrk: string; readonly seconds: number; readonly top: number },
): Promise<string[]> {
  const folder = mkdtempSync(join(workplace.folder, 'profile-'));
  const bun = [process.execPath, '--cpu-prof', `--cpu-prof-dir=${folder}`];
  const server = await workplace.start(spillwayPeer(bun), row.variant);
  await runLoad(options.wrk, workplace.folder, server, row, options.seconds);
  await server.stop();
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('expected a profile, found none');
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName === '' ? '(anonymous)' : functionName} ${url.split('/').at(-1)}:${lineNumber + 1}`,
    ]),
  );
  const own = new Map<string, number>();
  let whole = 0;
  profile.samples.forEach((id, index) => {
    const name = names.get(id) ?? '?';
    const passed = profile.timeDeltas[index] ?? 0;
    own.set(name, (own.get(name) ?? 0) + passed);
    whole += passed;
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, options.top)
    .map(([name, passed]) => `${((100 * passed) / whole).toFixed(1).padStart(5)} %  ${name}`);
}
