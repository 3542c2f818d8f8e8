import { expect, test } from 'vitest';
import { readDaemonLife } from './daemon-life.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const line = (second: number, event: string, more: object = {}) =>
  JSON.stringify({ level: 'info', time: at(second), event, ...more });

test('the life of a daemon is read from the log: when it was asked for, was up, was used, and was retired', () => {
  const log = [
    'a line that is no JSON',
    line(1, 'listening'),
    line(2, 'daemon-started', { pid: 7 }),
    line(3, 'daemon-ready', { pid: 7 }),
    line(4, 'daemon-output', { line: 'hello' }),
    line(5, 'daemon-output', { line: 'first request' }),
    line(6, 'daemon-retired', { pid: 7, reason: 'idle' }),
    '{"level":"in',
  ].join('\n');
  expect(readDaemonLife(log, 0)).toEqual({
    startedMs: 2000,
    readyMs: 3000,
    firstUsedMs: 5000,
    retiredMs: 6000,
    starts: 1,
    retirements: 1,
  });
});

test('of several daemons the first start and the last retirement count', () => {
  const log = [2, 8].flatMap((second) => [
    line(second, 'daemon-started'),
    line(second + 1, 'daemon-retired'),
  ]);
  expect(readDaemonLife(log.join('\n'), 0)).toMatchObject({
    startedMs: 2000,
    retiredMs: 9000,
    starts: 2,
    retirements: 2,
  });
});

test('what did not happen is not there', () => {
  expect(readDaemonLife('', 0)).toEqual({
    startedMs: undefined,
    readyMs: undefined,
    firstUsedMs: undefined,
    retiredMs: undefined,
    starts: 0,
    retirements: 0,
  });
});

test('what was before somebody came does not count', () => {
  const log = [2, 8].flatMap((second) => [
    line(second, 'daemon-started'),
    line(second + 1, 'daemon-retired'),
  ]);
  expect(readDaemonLife(log.join('\n'), 5000)).toMatchObject({
    startedMs: 8000,
    retiredMs: 9000,
    starts: 1,
    retirements: 1,
  });
});
