/**
 * Visitors of every kind for a while, daemons that are killed, and then a close look at what is left:
 * `npm run soak -- [--seconds 600] [--visitors 16] [--seed 1] [--reload]`. Ends with status 1 on any breach.
 */
import { parseArgs } from 'node:util';
import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    visitors: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    reload: { type: 'boolean', default: false },
  },
});
const breaches = await runSoak({
  seconds: Number(values.seconds),
  visitors: Number(values.visitors),
  seed: Number(values.seed),
  reload: values.reload,
  say: (line) => process.stdout.write(`${line}\n`),
});
process.exit(breaches === 0 ? 0 : 1);
