import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCfsQuota, parseCgroupPaths, parseCpuMax } from '../../src/load/cgroup-quota.ts';
import { parseCpuTicks } from '../../src/load/cpu-busy-sampler.ts';
import { parseLoadAverage } from '../../src/load/load-average-sampler.ts';
import { parseMemoryAvailable } from '../../src/load/memory-available-sampler.ts';
import { parseStallTotal } from '../../src/load/pressure-sampler.ts';

describe('/proc/loadavg', () => {
  test.each([
    ['0.20 0.18 0.12 1/80 11206\n', { loadAverage: 0.2, running: 0 }],
    ['12.05 4.00 1.50 9/4242 1\n', { loadAverage: 12.05, running: 8 }],
    // Between being woken and being counted the reader may be missing.
    ['0.00 0.00 0.00 0/93 6390\n', { loadAverage: 0, running: 0 }],
    ['', undefined],
    ['0.20 0.18', undefined],
    ['nan nan nan 1/2 3\n', undefined],
    ['0.20 0.18 0.12 -1/80 11206\n', undefined],
  ])('%j gives %j: the reader itself is not counted', (text, expected) => {
    expect(parseLoadAverage(text)).toEqual(expected);
  });
});

describe('a pressure file', () => {
  test.each([
    [
      'some avg10=0.00 avg60=0.47 avg300=0.35 total=8202159\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n',
      8202159,
    ],
    ['some avg10=0.00 avg60=0.47 avg300=0.35 total=0\n', 0],
    ['full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n', undefined],
    ['some avg10=0.00 total=\n', undefined],
    ['', undefined],
  ])('%j gives the total of `some`: %j', (text, expected) => {
    expect(parseStallTotal(text)).toBe(expected);
  });
});

describe('/proc/stat', () => {
  test.each([
    ['cpu  10 20 30 100 5 1 2 3 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n', { busy: 66, total: 171 }],
    // Guest time (the last two) is part of user and nice.
    ['cpu  10 0 0 90 0 0 0 0 10 0\n', { busy: 10, total: 100 }],
    // Kernels before 2.6 knew four columns.
    ['cpu  1 2 3 4\n', { busy: 6, total: 10 }],
    ['cpu0 1 2 3 4\n', undefined],
    ['cpu  1 2 x 4\n', undefined],
    ['', undefined],
  ])('%j gives %j', (text, expected) => {
    expect(parseCpuTicks(text)).toEqual(expected);
  });
});

describe('/proc/meminfo', () => {
  test.each([
    ['MemTotal:       2000 kB\nMemFree:        500 kB\nMemAvailable:   1000 kB\n', 1_024_000],
    ['MemTotal:       2000 kB\nMemFree:        500 kB\n', undefined],
    ['MemAvailable:   kB\n', undefined],
    ['', undefined],
  ])('%j gives %j bytes', (text, expected) => {
    expect(parseMemoryAvailable(text)).toBe(expected);
  });
});

describe('cgroup files', () => {
  test.each([
    ['max 100000\n', undefined],
    ['150000 100000\n', 1.5],
    ['50000 100000', 0.5],
    ['50000 0\n', undefined],
    ['0 100000\n', undefined],
    ['50000\n', undefined],
    ['', undefined],
  ])('cpu.max %j allows %j processors', (text, expected) => {
    expect(parseCpuMax(text)).toBe(expected);
  });

  test.each([
    ['-1\n', '100000\n', undefined],
    ['200000\n', '100000\n', 2],
    ['', '', undefined],
    ['200000\n', '', undefined],
    ['much\n', '100000\n', undefined],
  ])('cpu.cfs_quota_us %j over cpu.cfs_period_us %j allows %j processors', (quota, period, expected) => {
    expect(parseCfsQuota(quota, period)).toBe(expected);
  });

  test.each([
    ['0::/user.slice/a.scope\n', { v2: '/user.slice/a.scope', v1Cpu: undefined }],
    ['0::/\n', { v2: '/', v1Cpu: undefined }],
    [
      '4:memory:/m\n3:cpu,cpuacct:/docker/1\n2:cpuset:/\n1:name=systemd:/\n',
      { v2: undefined, v1Cpu: { controllers: 'cpu,cpuacct', path: '/docker/1' } },
    ],
    ['1:cpu:/\n0::/x\n', { v2: '/x', v1Cpu: { controllers: 'cpu', path: '/' } }],
    ['', { v2: undefined, v1Cpu: undefined }],
    ['garbage\n::\n', { v2: undefined, v1Cpu: undefined }],
  ])('/proc/self/cgroup %j gives %j', (text, expected) => {
    expect(parseCgroupPaths(text)).toEqual(expected);
  });
});

test('no parser throws or gives a number that is not finite, whatever the text', () => {
  const words = fc.constantFrom(
    'some ',
    'total=',
    'cpu ',
    'MemAvailable:',
    ' kB',
    'max',
    '/',
    ':',
    '0',
    '17',
    '-',
    '.',
    '\n',
    ' ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, text, (one, other) => {
      const values = [
        ...Object.values(parseLoadAverage(one) ?? {}),
        ...Object.values(parseCpuTicks(one) ?? {}),
        parseStallTotal(one),
        parseMemoryAvailable(one),
        parseCpuMax(one),
        parseCfsQuota(one, other),
      ];
      for (const value of values) if (value !== undefined) expect(Number.isFinite(value)).toBe(true);
      expect(parseCgroupPaths(one)).toBeTypeOf('object');
    }),
  );
});
