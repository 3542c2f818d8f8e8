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
  const begun = process.cpuUsage();
  for (let request = 0; request < REQUESTS; request += 1) metrics.finished(record);
  const { user, system } = process.cpuUsage(begun);
  process.stdout.write(`${name.padEnd(34)} ${((user + system) / REQUESTS).toFixed(3)} us of a processor\n`);
}
for (let application = 0; application < 20; application += 1) {
  for (const [, record] of records)
    metrics.finished({ ...record, application: `application-${application}` });
}
/** The median of some scrapes, the longest time in which nobody else had a turn, and the length of the text. */
async function scrape(name: string, accept?: string): Promise<void> {
  const times: number[] = [];
  const gaps: number[] = [];
  let length = 0;
  for (let round = 0; round < 30; round += 1) {
    let lastTurn = performance.now();
    let longest = 0;
    let over = false;
    const turn = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - lastTurn);
      lastTurn = now;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const begun = performance.now();
    const { bytes } = await metrics.exposition(accept);
    times.push(performance.now() - begun);
    over = true;
    longest = Math.max(longest, performance.now() - lastTurn);
    gaps.push(longest);
    length = bytes.length;
  }
  const median = (values: number[]): string => (values.sort((a, b) => a - b)[15] ?? 0).toFixed(2);
  process.stdout.write(
    `${name.padEnd(34)} ${median(times)} ms, others wait ${median(gaps)} ms at most, ${(length / 1024).toFixed(0)} KiB\n`,
  );
}

const openMetrics = 'application/openmetrics-text;version=1.0.0';
await scrape('scrape, 21 applications');
await scrape('scrape, 21 applications, OpenMetrics', openMetrics);
for (let application = 20; application < 999; application += 1) {
  for (const [, record] of records)
    metrics.finished({ ...record, application: `application-${application}` });
}
await scrape('scrape, 1000 applications');
await scrape('scrape, 1000 applications, OpenMetrics', openMetrics);
