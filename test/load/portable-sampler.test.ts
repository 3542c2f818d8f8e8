import { describe, expect, test } from 'vitest';
import { emptyLoad } from '../../src/load/empty-load.ts';
import { type PortableMeasure, PortableSampler } from '../../src/load/portable-sampler.ts';
import { systemInformation } from '../../src/load/system-information.ts';

const MEASURE: PortableMeasure = { cpuBusy: 0.5, memoryAvailable: 1024, loadAverage: 2 };

/** Measures that end when told to. */
class Measures {
  readonly under: { resolve(measure: PortableMeasure): void; reject(): void }[] = [];
  begun = 0;
  readonly begin = (): Promise<PortableMeasure> => {
    this.begun += 1;
    return new Promise((resolve, reject) => {
      this.under.push({ resolve, reject: () => reject(new Error('cannot tell')) });
    });
  };
  async end(measure?: PortableMeasure): Promise<void> {
    const first = this.under.shift();
    if (measure === undefined) first?.reject();
    else first?.resolve(measure);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

describe('the portable sampler', () => {
  test('hands out the last measure that has ended', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    sampler.sample(load, 0);
    expect(load).toEqual(emptyLoad());
    await measures.end(MEASURE);
    sampler.sample(load, 100);
    expect(load).toMatchObject(MEASURE);
  });

  test('begins a measure every 5 s', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    for (const [nowMs, begun] of [
      [0, 1],
      [4900, 1],
      [5000, 2],
      [9900, 2],
      [10_000, 3],
    ] as const) {
      sampler.sample(load, nowMs);
      await measures.end(MEASURE);
      expect(measures.begun).toBe(begun);
    }
  });

  test('never has two measures under way', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 100) sampler.sample(load, nowMs);
    expect(measures.begun).toBe(1);
    await measures.end(MEASURE);
    sampler.sample(load, 60_100);
    expect(measures.begun).toBe(2);
  });

  test('forgets a measure that nothing follows for three intervals', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    sampler.sample(load, 0);
    await measures.end(MEASURE);
    sampler.sample(load, 15_000);
    expect(load.cpuBusy).toBe(0.5);
    sampler.sample(load, 15_100);
    expect(load).toEqual(emptyLoad());
  });

  test('survives a measure that fails, and tries again in its time', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    sampler.sample(load, 0);
    await measures.end();
    sampler.sample(load, 100);
    expect([measures.begun, load.cpuBusy]).toEqual([1, undefined]);
    sampler.sample(load, 5000);
    await measures.end(MEASURE);
    sampler.sample(load, 5100);
    expect([measures.begun, load.cpuBusy]).toEqual([2, 0.5]);
  });

  test('takes no measure that ends after it was closed', async () => {
    const measures = new Measures();
    const sampler = new PortableSampler(measures.begin);
    const load = emptyLoad();
    sampler.sample(load, 0);
    sampler.close();
    await measures.end(MEASURE);
    sampler.sample(load, 100);
    expect(load).toEqual(emptyLoad());
  });
});

test('the library measures this machine: a share and bytes', async () => {
  const measured = await systemInformation();
  expect(measured.cpuBusy).toBeGreaterThanOrEqual(0);
  expect(measured.cpuBusy).toBeLessThanOrEqual(1);
  expect(measured.memoryAvailable).toBeGreaterThan(1_000_000);
});
