/** What a line of the log costs the event loop, written to /dev/null: `bun test/bench/log.ts`. */
import { openSync } from 'node:fs';
import { PassageTrace } from '../../src/admission/passage-trace.ts';
import { AccessLog } from '../../src/log/access-log.ts';
import { DecisionLog } from '../../src/log/decision-log.ts';
import { DescriptorOutput } from '../../src/log/descriptor-output.ts';
import { makeLogger } from '../../src/log/logger.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { idleLoad } from '../support/idle-load.ts';

const LINES = 100_000;
const LINES_PER_TURN = 50;
const output = new DescriptorOutput({ clock: new SystemClock(), descriptor: openSync('/dev/null', 'w') });
const record = exchangeRecord();

async function measure(name: string, line: () => void): Promise<void> {
  let begunCpu = process.cpuUsage();
  let inCallNs = 0;
  for (let count = -10_000; count < LINES; count += LINES_PER_TURN) {
    if (count === 0) {
      begunCpu = process.cpuUsage();
      inCallNs = 0;
    }
    const begun = process.hrtime.bigint();
    for (let one = 0; one < LINES_PER_TURN; one += 1) line();
    inCallNs += Number(process.hrtime.bigint() - begun);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { user, system } = process.cpuUsage(begunCpu);
  const cpu = ((user + system) / LINES).toFixed(2);
  process.stdout.write(
    `${name.padEnd(24)} ${(inCallNs / LINES / 1000).toFixed(2)} us in the call, ${cpu} us of processor time in all\n`,
  );
}

const json = new AccessLog({ output, format: 'json' });
await measure('access log, JSON', () => json.finished(record));
const readable = new AccessLog({ output, format: 'readable' });
await measure('access log, readable', () => readable.finished(record));
const combined = new AccessLog({ output, format: 'combined' });
await measure('access log, combined', () => combined.finished(record));
const decisions = new DecisionLog({
  output,
  variables: ['REQUEST_METHOD', 'REQUEST_URI', 'HTTP_USER_AGENT'],
  clock: new SystemClock(),
});
const application = { load: idleLoad(), limit: () => 8 };
await measure('trace and decision log', () => {
  const trace = new PassageTrace(0);
  trace.arriving(0, application).push({ policy: 'threshold', answer: undefined });
  trace.dispatching(0, application).push({ policy: 'threshold', answer: { lane: 'exec', reason: 'quiet' } });
  decisions.finished({ ...record, trace });
});
const logger = makeLogger({ level: 'info' }, { output });
await measure('logger, four fields', () =>
  logger.info('daemon-up', { application: 'wiki', pid: 7, took_ms: 12, warm: true }),
);
