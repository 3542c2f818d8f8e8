/** Logs lines and exits in the way that it is told: `return`, `exit` or `throw`. */
import { openLog } from '../../src/log/open-log.ts';
import { SystemClock } from '../../src/system/system-clock.ts';

const log = await openLog(
  { level: 'info', format: 'json', access: 'off', file: undefined, accessFile: undefined },
  { clock: new SystemClock() },
);
for (let line = 0; line < 1000; line += 1) log.logger.info('line', { line });
const how = process.argv[2];
if (how === 'exit') process.exit(3);
if (how === 'throw') throw new Error('a defect');
