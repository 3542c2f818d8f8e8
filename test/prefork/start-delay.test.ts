import { expect, test } from 'vitest';
import { StartDelay } from '../../src/prefork/start-delay.ts';

test('forgives one that died, then waits twice as long each time, up to 5 s', () => {
  const delay = new StartDelay(() => 1);
  const waits: number[] = [];
  for (let failure = 0; failure < 10; failure += 1) {
    delay.failed(1000);
    waits.push(delay.waitMs(1000));
  }
  expect(waits).toEqual([0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
});

test('leaves a quarter of the wait to chance', () => {
  const delay = new StartDelay(() => 0);
  delay.failed(0);
  delay.failed(0);
  expect(delay.waitMs(0)).toBe(37.5);
});

test('forgets when a worker has served', () => {
  const delay = new StartDelay(() => 0);
  delay.failed(0);
  delay.failed(0);
  expect(delay.isCautious).toBe(true);
  delay.succeeded();
  expect([delay.waitMs(0), delay.isCautious, delay.failures]).toEqual([0, false, 0]);
});
