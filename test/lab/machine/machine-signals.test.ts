import { expect, test } from 'vitest';
import { MachineSignals } from '../../../src/lab/machine/machine-signals.ts';
import { SharedProcessors } from '../../../src/lab/machine/shared-processors.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function signalsWorld() {
  const clock = new VirtualClock();
  const processors = new SharedProcessors(clock, 1, 0);
  const loop = { delayMs: 0 };
  return { clock, processors, loop, signals: new MachineSignals(clock, processors, () => loop.delayMs) };
}

test('signals are those of the last tenth of a second', () => {
  const { clock, processors, loop, signals } = signalsWorld();
  for (let job = 0; job < 2; job += 1) processors.run(25, () => {});
  processors.run(1000, () => {});
  loop.delayMs = 7;
  expect([signals.running, signals.cpuPressure, signals.eventLoopDelayMs]).toEqual([0, 0, 0]);
  clock.advance(100);
  expect(signals.running).toBe(1);
  expect(signals.cpuPressure).toBeCloseTo(0.75);
  expect(signals.eventLoopDelayMs).toBe(7);
  clock.advance(100);
  expect(signals.cpuPressure).toBe(0);
});

test('the load average comes near to what runs within a minute or two', () => {
  const { clock, processors, signals } = signalsWorld();
  for (let job = 0; job < 4; job += 1) processors.run(1e9, () => {});
  clock.advance(60_000);
  expect(signals.loadAverage / 4).toBeCloseTo(1 - Math.exp(-1));
  clock.advance(240_000);
  expect(signals.loadAverage / 4).toBeGreaterThan(0.98);
});
