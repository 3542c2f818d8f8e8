/** What one sample of the machine costs, by sampler: `bun test/bench/load.ts`. */

import { emptyLoad } from '../../src/load/empty-load.ts';
import { machineSamplers } from '../../src/load/machine-samplers.ts';

const SAMPLES = 20_000;
const load = emptyLoad();
let allNs = 0;
for (const sampler of machineSamplers(100)) {
  for (let sample = 0; sample < 1000; sample += 1) sampler.sample(load, sample * 0.1);
  const begun = process.hrtime.bigint();
  for (let sample = 0; sample < SAMPLES; sample += 1) sampler.sample(load, 100 + sample * 0.1);
  const ns = Number(process.hrtime.bigint() - begun) / SAMPLES;
  allNs += ns;
  sampler.close();
  process.stdout.write(`${sampler.signals.join(', ').padEnd(28)} ${(ns / 1000).toFixed(2)} us\n`);
}
process.stdout.write(`${'all'.padEnd(28)} ${(allNs / 1000).toFixed(2)} us\n`);
