import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ShareReckoner } from '../../src/frontend/kept-shares.ts';
import { measureMachine } from '../../src/frontend/measure-machine.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';

let procRoot = '';

beforeAll(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'spillway-proc-'));
  mkdirSync(join(procRoot, 'pressure'));
  writeFileSync(join(procRoot, 'loadavg'), '1.50 0.18 0.12 3/80 11206\n');
  writeFileSync(join(procRoot, 'stat'), 'cpu  200 0 0 800 0 0 0 0 0 0\n');
  writeFileSync(join(procRoot, 'meminfo'), 'MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 50 kB\n');
  for (const [at, resource] of ['cpu', 'memory', 'io'].entries())
    writeFileSync(
      join(procRoot, 'pressure', resource),
      `some avg10=${at}0.00 avg60=0.00 avg300=0.00 total=5000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`,
    );
});

afterAll(() => rmSync(procRoot, { recursive: true }));

function measure(signals: readonly string[], reckoner = new ShareReckoner({})) {
  return measureMachine({ signals: new Set(signals), nowMs: 10_000, reckoner, procRoot, sysRoot: procRoot });
}

describe('the load of the machine for one request', () => {
  test.each([
    ['loadAverage', 1.5],
    ['running', 2],
    ['cpuPressure', 0],
    ['memoryPressure', 0.1],
    ['ioPressure', 0.2],
    ['memoryAvailable', 51_200],
  ])('has %s where a policy declares it', (signal, expected) => {
    expect(measure([signal])).toMatchObject({ [signal]: expected });
  });

  test.each([
    'processors',
    'cpuPressure',
    'memoryPressure',
    'ioPressure',
    'cpuBusy',
    'memoryAvailable',
    'inflight',
  ])('where only %s is declared, nothing else is read', (signal) => {
    const { [signal as 'cpuBusy']: _, ...others } = measure([signal]);
    const { [signal as 'cpuBusy']: __, ...unread } = emptyLoad();
    expect(others).toEqual(unread);
  });

  test('takes the busy share from two processes', () => {
    const first = new ShareReckoner({});
    expect(measure(['cpuBusy'], first).cpuBusy).toBeUndefined();
    expect(first.kept.cpuBusy).toMatchObject({ part: 200, whole: 1000 });
    const second = new ShareReckoner({ cpuBusy: { atMs: 9000, part: 50, whole: 800, share: undefined } });
    expect(measure(['cpuBusy'], second).cpuBusy).toBe(0.75);
  });

  test('has nothing of what this machine does not measure', () => {
    const options = { nowMs: 1, reckoner: new ShareReckoner({}), procRoot: '/nowhere', sysRoot: '/nowhere' };
    const signals = new Set(['loadAverage', 'cpuPressure', 'cpuBusy', 'memoryAvailable']);
    expect(measureMachine({ ...options, signals })).toEqual(emptyLoad());
  });

  test('counts at least one processor', () => {
    expect(measure(['processors']).processors).toBeGreaterThan(0);
  });
});
