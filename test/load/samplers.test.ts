import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cgroupQuota } from '../../src/load/cgroup-quota.ts';
import { CpuBusySampler } from '../../src/load/cpu-busy-sampler.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import { EventLoopDelaySampler } from '../../src/load/event-loop-delay-sampler.ts';
import { LoadAverageSampler } from '../../src/load/load-average-sampler.ts';
import { MemoryAvailableSampler } from '../../src/load/memory-available-sampler.ts';
import { PressureSampler } from '../../src/load/pressure-sampler.ts';
import { ProcessorsSampler } from '../../src/load/processors-sampler.ts';
import { textOfFile } from '../../src/load/text-of-file.ts';
import { FileTree } from '../support/file-tree.ts';

let tree: FileTree;
beforeEach(() => {
  tree = new FileTree();
});
afterEach(() => tree.dispose());

describe('load average and running tasks', () => {
  test('come anew with each sample, through one kept descriptor', () => {
    tree.write('loadavg', '0.20 0.18 0.12 3/80 11206\n');
    const sampler = new LoadAverageSampler(tree.root);
    const load = emptyLoad();
    sampler.sample(load);
    expect(load).toMatchObject({ loadAverage: 0.2, running: 2 });
    tree.write('loadavg', '1.50 0.18 0.12 1/80 11206\n');
    sampler.sample(load);
    expect(load).toMatchObject({ loadAverage: 1.5, running: 0 });
    sampler.close();
  });

  test('are unknown where there is no such file', () => {
    const load = emptyLoad();
    new LoadAverageSampler(tree.root).sample(load);
    expect(load).toEqual(emptyLoad());
  });

  test('become unknown again when the file turns to garbage', () => {
    tree.write('loadavg', '0.20 0.18 0.12 3/80 11206\n');
    const sampler = new LoadAverageSampler(tree.root);
    const load = emptyLoad();
    sampler.sample(load);
    tree.write('loadavg', '?');
    sampler.sample(load);
    expect(load).toEqual(emptyLoad());
    sampler.close();
  });

  test('are found when the file comes later, within a hundred samples', () => {
    const sampler = new LoadAverageSampler(tree.root);
    const load = emptyLoad();
    sampler.sample(load);
    tree.write('loadavg', '0.20 0.18 0.12 3/80 11206\n');
    for (let sample = 0; sample <= 100; sample += 1) sampler.sample(load);
    expect(load.running).toBe(2);
    sampler.close();
  });
});

describe('pressure', () => {
  const some = (total: number) => `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`;

  test.each([
    ['cpu', 'cpuPressure'],
    ['memory', 'memoryPressure'],
    ['io', 'ioPressure'],
  ] as const)('of %s fills in %s', (resource, signal) => {
    tree.write(`pressure/${resource}`, some(1000));
    const sampler = new PressureSampler(tree.root, resource);
    expect(sampler.signals).toEqual([signal]);
    const load = emptyLoad();
    sampler.sample(load, 0);
    expect(load[signal]).toBeUndefined();
    tree.write(`pressure/${resource}`, some(26_000));
    sampler.sample(load, 100);
    expect(load[signal]).toBe(0.25);
    sampler.close();
  });

  test.each([
    ['more stall than time', 0, 200_000, 1],
    ['a counter that went back', 500, 0, 0],
  ])('is a share from 0 to 1 even with %s', (_, before, after, expected) => {
    tree.write('pressure/cpu', some(before));
    const sampler = new PressureSampler(tree.root, 'cpu');
    const load = emptyLoad();
    sampler.sample(load, 0);
    tree.write('pressure/cpu', some(after));
    sampler.sample(load, 100);
    expect(load.cpuPressure).toBe(expected);
    sampler.close();
  });

  test('stands as it is where no time has passed', () => {
    tree.write('pressure/cpu', some(0));
    const sampler = new PressureSampler(tree.root, 'cpu');
    const load = emptyLoad();
    sampler.sample(load, 0);
    tree.write('pressure/cpu', some(50_000));
    sampler.sample(load, 100);
    sampler.sample(load, 100);
    expect(load.cpuPressure).toBe(0.5);
    sampler.close();
  });

  test('is unknown where the kernel has it switched off', () => {
    const load = emptyLoad();
    const sampler = new PressureSampler(tree.root, 'cpu');
    sampler.sample(load, 0);
    sampler.sample(load, 100);
    expect(load.cpuPressure).toBeUndefined();
  });
});

describe('busy share of the processors', () => {
  const stat = (busy: number, idle: number) => `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\n`;

  test.each([
    ['the share since the last sample', stat(130, 970), 0.5],
    ['0 when all was idle', stat(100, 1000), 0],
    ['1 when all was busy', stat(150, 940), 1],
  ])('is %s', (_, after, expected) => {
    tree.write('stat', stat(100, 940));
    const sampler = new CpuBusySampler(tree.root);
    const load = emptyLoad();
    sampler.sample(load);
    expect(load.cpuBusy).toBeUndefined();
    tree.write('stat', after);
    sampler.sample(load);
    expect(load.cpuBusy).toBe(expected);
    sampler.close();
  });

  test('stands as it is between two ticks, and the next share counts from the last one', () => {
    tree.write('stat', stat(0, 0));
    const sampler = new CpuBusySampler(tree.root);
    const load = emptyLoad();
    sampler.sample(load);
    tree.write('stat', stat(10, 10));
    sampler.sample(load);
    sampler.sample(load);
    expect(load.cpuBusy).toBe(0.5);
    tree.write('stat', stat(20, 10));
    sampler.sample(load);
    expect(load.cpuBusy).toBe(1);
    sampler.close();
  });
});

test('available memory is in bytes, and unknown where the kernel does not tell', () => {
  tree.write('meminfo', 'MemTotal:       2000 kB\nMemFree:        500 kB\nMemAvailable:   1000 kB\n');
  const sampler = new MemoryAvailableSampler(tree.root);
  const load = emptyLoad();
  sampler.sample(load);
  expect(load.memoryAvailable).toBe(1_024_000);
  tree.write('meminfo', 'MemTotal:       2000 kB\n');
  sampler.sample(load);
  expect(load.memoryAvailable).toBeUndefined();
  sampler.close();
});

describe('event loop delay', () => {
  test.each([
    [100, 0],
    [130, 30],
    // A timer that fires early is not late.
    [99, 0],
  ])('of a timer for 100 ms that fires after %d ms is %d ms', (firedMs, expected) => {
    const sampler = new EventLoopDelaySampler(100);
    const load = emptyLoad();
    sampler.sample(load, 1000);
    expect(load.eventLoopDelayMs).toBeUndefined();
    sampler.sample(load, 1000 + firedMs);
    expect(load.eventLoopDelayMs).toBe(expected);
  });
});

describe('the cgroup quota', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ['nothing without cgroups', {}, undefined],
    [
      'nothing without a bound',
      { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' },
      undefined,
    ],
    [
      'cpu.max of the own group',
      { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '150000 100000\n' },
      1.5,
    ],
    [
      'the least of all groups above',
      {
        'proc/self/cgroup': '0::/a/b/c\n',
        'sys/fs/cgroup/a/cpu.max': '200000 100000\n',
        'sys/fs/cgroup/a/b/cpu.max': '50000 100000\n',
        'sys/fs/cgroup/a/b/c/cpu.max': '300000 100000\n',
      },
      0.5,
    ],
    [
      "the group at the top where the path is the host's",
      { 'proc/self/cgroup': '0::/docker/123\n', 'sys/fs/cgroup/cpu.max': '100000 100000\n' },
      1,
    ],
    [
      'cpu.max in the unified part of a hybrid tree',
      { 'proc/self/cgroup': '1:name=systemd:/\n0::/\n', 'sys/fs/cgroup/unified/cpu.max': '100000 50000\n' },
      2,
    ],
    [
      'the CFS quota of version 1',
      {
        'proc/self/cgroup': '3:cpu,cpuacct:/docker/1\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us': '250000\n',
        'sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us': '100000\n',
      },
      2.5,
    ],
    [
      'nothing of version 1 without a bound',
      {
        'proc/self/cgroup': '1:cpu:/\n',
        'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
        'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      undefined,
    ],
    [
      'nothing where the path climbs',
      { 'proc/self/cgroup': '0::/../../x\n', 'sys/x/cpu.max': '1 100\n' },
      undefined,
    ],
  ])('is %s', (_, files, expected) => {
    for (const [path, text] of Object.entries(files)) tree.write(path, text);
    expect(cgroupQuota(`${tree.root}/proc`, `${tree.root}/sys`, textOfFile)).toBe(expected);
  });
});

describe('processors', () => {
  const sampler = (parallelism: number) =>
    new ProcessorsSampler({
      procRoot: `${tree.root}/proc`,
      sysRoot: `${tree.root}/sys`,
      parallelism: () => parallelism,
    });
  const quota = (text: string) => {
    tree.write('proc/self/cgroup', '0::/\n');
    tree.write('sys/fs/cgroup/cpu.max', text);
  };

  test.each([
    [8, '150000 100000\n', 1.5],
    [1, '150000 100000\n', 1],
    [8, 'max 100000\n', 8],
    [2, '20000 100000\n', 0.2],
  ])('%d by affinity and cpu.max %j give %d', (parallelism, text, expected) => {
    quota(text);
    const load = emptyLoad();
    sampler(parallelism).sample(load, 0);
    expect(load.processors).toBe(expected);
  });

  test.each([
    ['0-1\n', 2],
    ['0\n', 1],
    ['0-3,8,10-11\n', 7],
    ['\n', undefined],
  ])(
    'of the whole machine are those that %j lists, whatever affinity and quota allow: %o',
    (list, expected) => {
      quota('150000 100000\n');
      tree.write('sys/devices/system/cpu/online', list);
      const load = emptyLoad();
      sampler(1).sample(load, 0);
      expect(load).toMatchObject({ processors: 1, machineProcessors: expected });
    },
  );

  test('are read again only after ten seconds', () => {
    quota('max 100000\n');
    const processors = sampler(4);
    const load = emptyLoad();
    processors.sample(load, 0);
    quota('100000 100000\n');
    processors.sample(load, 9_999);
    expect(load.processors).toBe(4);
    processors.sample(load, 10_000);
    expect(load.processors).toBe(1);
  });
});
