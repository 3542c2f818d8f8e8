/** What the metrics of one finished request cost, and one scrape: `bun test/bench/metrics.ts`. */
import { Metrics } from '../../src/metrics/metrics.ts';
import { exchangeRecord } from '../support/exchange-record.ts';

const REQUESTS = 200_000;
const metrics = new Metrics({ version: '0', bun: Bun.version });
const records = [
  ['served by exec', exchangeRecord()],
  [
    'served by forward',
    exchangeRecord({ decision: { lane: 'forward', policy: 'threshold', reason: 'busy' } }),
  ],
  [
    'shed',
    exchangeRecord({
      decision: { lane: 'shed', policy: 'threshold', reason: 'overloaded' },
      status: 503,
      firstByteMs: undefined,
    }),
  ],
] as const;
for (const [name, record] of records) {
  for (let request = 0; request < 20_000; request += 1) metrics.finished(record);
  const begun = process.hrtime.bigint();
  for (let request = 0; request < REQUESTS; request += 1) metrics.finished(record);
  const ns = Number(process.hrtime.bigint() - begun) / REQUESTS;
  process.stdout.write(`${name.padEnd(20)} ${(ns / 1000).toFixed(3)} us\n`);
}
for (let application = 0; application < 20; application += 1) {
  for (const [, record] of records)
    metrics.finished({ ...record, application: `application-${application}` });
}
await metrics.exposition();
const begun = performance.now();
const text = await metrics.exposition();
process.stdout.write(
  `scrape, 21 applications ${(performance.now() - begun).toFixed(2)} ms, ${(text.length / 1024).toFixed(0)} KiB\n`,
);
