import { expect, test } from 'vitest';
import { OutputLog } from '../../src/daemon/output-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { RecordedLog } from './recorded-log.ts';

test('a daemon that writes without end is logged at a bounded rate, and what was left out is counted', () => {
  const log = new RecordedLog();
  const clock = new VirtualClock();
  const output = new OutputLog(log, clock, 'wiki');
  for (let line = 0; line < 1000; line += 1) output.line('again');
  expect(log.of('daemon-output')).toHaveLength(200);
  clock.advance(1000);
  output.line('later');
  expect(log.of('daemon-output-suppressed')).toEqual([{ application: 'wiki', lines: 800 }]);
  expect(log.entries.at(-1)?.fields).toEqual({ application: 'wiki', line: 'later' });
});
