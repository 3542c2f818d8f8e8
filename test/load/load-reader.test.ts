import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MachineLoad } from '../../src/core/load.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import { LoadReader } from '../../src/load/load-reader.ts';
import { machineSamplers } from '../../src/load/machine-samplers.ts';
import type { Sampler } from '../../src/load/sampler.ts';
import { FileTree } from '../support/file-tree.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Counts its samples in the load average. */
class CountingSampler implements Sampler {
  readonly signals = ['loadAverage'] as const;
  samples = 0;
  closed = 0;
  sample(into: MachineLoad): void {
    this.samples += 1;
    into.loadAverage = this.samples;
  }
  close(): void {
    this.closed += 1;
  }
}

let clock: VirtualClock;
let sampler: CountingSampler;
beforeEach(() => {
  clock = new VirtualClock();
  sampler = new CountingSampler();
});

describe('the load reader', () => {
  test('knows nothing before it starts, and has a sample as soon as it has', () => {
    const reader = new LoadReader(clock, { samplers: [sampler] });
    expect(reader.read()).toEqual(emptyLoad());
    reader.start();
    expect(reader.read().loadAverage).toBe(1);
  });

  test('samples ten times a second', () => {
    const reader = new LoadReader(clock, { samplers: [sampler] });
    reader.start();
    clock.advance(1000);
    expect(sampler.samples).toBe(11);
  });

  test('samples at the interval that it is given', () => {
    const reader = new LoadReader(clock, { samplers: [sampler], intervalMs: 250 });
    reader.start();
    clock.advance(1000);
    expect(sampler.samples).toBe(5);
  });

  test('hands out one and the same object for ever', () => {
    const reader = new LoadReader(clock, { samplers: [sampler] });
    const load = reader.read();
    reader.start();
    clock.advance(500);
    expect(reader.read()).toBe(load);
  });

  test('has one timer, however often it is started', () => {
    const reader = new LoadReader(clock, { samplers: [sampler] });
    reader.start();
    reader.start();
    expect([clock.pending, sampler.samples]).toEqual([1, 1]);
  });

  test('leaves no timer behind when it stops, closes its samplers once, and stays stopped', () => {
    const reader = new LoadReader(clock, { samplers: [sampler] });
    reader.start();
    reader.stop();
    reader.stop();
    reader.start();
    clock.advance(1000);
    expect([clock.pending, sampler.samples, sampler.closed]).toEqual([0, 1, 1]);
  });

  test('knows what sampling costs', () => {
    const slow: Sampler = { signals: [], sample: () => clock.advance(2), close: () => {} };
    const reader = new LoadReader(clock, { samplers: [slow] });
    reader.start();
    clock.advance(100);
    expect(reader.cost).toEqual({ samples: 2, totalMs: 4, longestMs: 2 });
  });
});

describe('the samplers of a machine', () => {
  let tree: FileTree;
  beforeEach(() => {
    tree = new FileTree();
  });
  afterEach(() => tree.dispose());
  const roots = () => ({ procRoot: `${tree.root}/proc`, sysRoot: `${tree.root}/sys` });

  test('measure every signal once, where the kernel has its files', () => {
    tree.write('proc/loadavg', '0.20 0.18 0.12 3/80 11206\n');
    const signals = machineSamplers(100, roots()).flatMap((one) => one.signals);
    expect(signals.toSorted()).toEqual(Object.keys(emptyLoad()).sort());
  });

  test('measure no signal twice where it has none', () => {
    const signals = machineSamplers(100, roots()).flatMap((one) => one.signals);
    expect(signals).toContain('cpuBusy');
    expect(new Set(signals).size).toBe(signals.length);
  });

  test('measure the machine that runs this test', () => {
    const reader = new LoadReader(clock, { samplers: machineSamplers(100) });
    reader.start();
    clock.advance(300);
    const load = reader.read();
    expect(load.processors).toBeGreaterThan(0);
    expect(load.eventLoopDelayMs).toBe(0);
    expect(load.loadAverage).toBeGreaterThanOrEqual(0);
    expect(load.memoryAvailable).toBeGreaterThan(0);
    reader.stop();
  });

  test.runIf(process.platform === 'linux')('open each file once and give all descriptors back', () => {
    const open = () => {
      const names = readdirSync('/proc/self/fd').map(nameOfDescriptor);
      return names.filter((name) => /^\/proc\/(loadavg|pressure\/\w+|stat|meminfo)$/.test(name)).length;
    };
    const before = open();
    const reader = new LoadReader(clock);
    reader.start();
    clock.advance(1000);
    expect(open() - before).toBeGreaterThanOrEqual(3);
    expect(open() - before).toBeLessThanOrEqual(6);
    reader.stop();
    expect(open()).toBe(before);
  });
});

/** Empty where the descriptor has been closed meanwhile. */
function nameOfDescriptor(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}
