import { beforeEach, describe, expect, test } from 'vitest';
import { makeLogger } from '../../src/log/logger.ts';
import { openLog } from '../../src/log/open-log.ts';
import { readableLine } from '../../src/log/readable-line.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryOutput } from './memory-output.ts';

const wallClock = () => Date.UTC(2030, 0, 2, 3, 4, 5, 678);
const ATTACK = 'a\n{"level":"error"}\r\u001b[2J\u009b31m\u007f"\\';
/** What a terminal obeys, but for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for.
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

let output: MemoryOutput;
beforeEach(() => {
  output = new MemoryOutput();
});

describe('a line of JSON', () => {
  test('has time, level, event and fields', () => {
    makeLogger({ level: 'info' }, { output, wallClock }).info('daemon-up', { application: 'wiki', pid: 7 });
    expect(output.records).toEqual([
      { level: 'info', time: '2030-01-02T03:04:05.678Z', event: 'daemon-up', application: 'wiki', pid: 7 },
    ]);
  });

  test('leaves out what is undefined', () => {
    makeLogger({ level: 'info' }, { output, wallClock }).info('started', { pid: undefined });
    expect(output.records[0]).not.toHaveProperty('pid');
  });

  test('is one line whatever is in it', () => {
    makeLogger({ level: 'info' }, { output, wallClock }).warn(ATTACK, { target: ATTACK });
    expect(output.records).toMatchObject([{ event: ATTACK, target: ATTACK }]);
  });

  test('takes a per cent sign for what it is', () => {
    makeLogger({ level: 'info' }, { output, wallClock }).info('100%d of %s %', {});
    expect(output.records[0]?.event).toBe('100%d of %s %');
  });

  test('tells an exception with its stack', () => {
    makeLogger({ level: 'info' }, { output, wallClock }).error('fault', { err: new TypeError('no') });
    expect(output.records[0]?.err).toMatchObject({ type: 'TypeError', message: 'no' });
  });

  test.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('is written at level %s for %j', (level, expected) => {
    const logger = makeLogger({ level }, { output, wallClock });
    for (const one of ['debug', 'info', 'warn', 'error'] as const) logger[one](one);
    expect(output.records.map((record) => record.level)).toEqual(expected);
  });
});

describe('a readable line', () => {
  const write = (event: string, fields: Record<string, unknown>, colors = false): string => {
    makeLogger({ level: 'info' }, { output, wallClock, readable: readableLine(colors) }).info(event, fields);
    return output.text;
  };

  test('has time, level, event and fields', () => {
    expect(write('daemon-up', { application: 'wiki' })).toMatch(
      /^\[?\d\d:\d\d:05\.678\]? INFO: daemon-up \{"application":"wiki"\}\n$/,
    );
  });

  test('is one line without control characters whatever is in it', () => {
    const text = write(ATTACK, { target: ATTACK, [ATTACK]: 1, nested: { target: [ATTACK] } });
    expect(text.trimEnd().split('\n').length).toBe(1);
    expect(text).not.toMatch(OBEYED);
    expect(text).toContain('u001b[2J');
  });

  test('has the stack of an exception on lines that are indented, without control characters', () => {
    const err = new Error(ATTACK);
    const lines = write('fault', { err }).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ +/);
    expect(output.text).not.toMatch(OBEYED);
  });

  test('has colours on a terminal only', () => {
    expect(write('a', {}, true)).toContain('\u001b[32mINFO');
  });
});

describe('the log as configured', () => {
  const open = (
    format: 'auto' | 'json' | 'readable',
    terminal: boolean,
    access: 'as-log' | 'off' = 'as-log',
  ) =>
    openLog(
      { level: 'info', format, access, file: undefined, accessFile: undefined },
      { clock: new VirtualClock(), output, terminal, wallClock },
    );

  test.each([
    ['auto', true, 'readable'],
    ['auto', false, 'json'],
    ['json', true, 'json'],
    ['readable', false, 'readable'],
  ] as const)('%s, on a terminal: %s, is %s for every line', async (format, terminal, expected) => {
    const log = await open(format, terminal);
    log.logger.info('started');
    log.access?.finished(exchangeRecord());
    log.close();
    expect(output.lines.length).toBe(2);
    for (const line of output.lines) expect(line.startsWith('{')).toBe(expected === 'json');
  });

  test('has no access log where none is wanted', async () => {
    const log = await open('json', false, 'off');
    log.close();
    expect(log.access).toBeUndefined();
  });

  test('is flushed when it is closed, and leaves nothing at the process', async () => {
    const before = process.listenerCount('exit');
    const log = await open('json', false);
    log.close();
    expect([output.flushes, process.listenerCount('exit')]).toEqual([1, before]);
  });
});
