import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../support/seeded-random.ts';
import { drawServiceMs, type ServiceTime } from './service-time.ts';

const MANY = 40_000;

function draw(service: ServiceTime, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: MANY }, () => drawServiceMs(service, random));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the service time of a visitor', () => {
  test('is the same for all where it is constant', () => {
    expect(new Set(draw({ kind: 'constant', ms: 12 }))).toEqual(new Set([12]));
  });

  test('has the mean and the deviation of an exponential distribution', () => {
    const drawn = draw({ kind: 'exponential', meanMs: 12 });
    const average = mean(drawn);
    expect(average).toBeCloseTo(12, 0);
    // Its deviation is its mean.
    expect(Math.sqrt(mean(drawn.map((ms) => (ms - average) ** 2)))).toBeCloseTo(12, 0);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  });

  test('is long for one in so many where it is bimodal', () => {
    const drawn = draw({ kind: 'bimodal', ms: 10, longMs: 500, oneIn: 20 });
    expect(new Set(drawn)).toEqual(new Set([10, 500]));
    expect(drawn.filter((ms) => ms === 500).length / MANY).toBeCloseTo(1 / 20, 2);
  });

  test('is the same again for the same seed, and another for another', () => {
    const service: ServiceTime = { kind: 'exponential', meanMs: 12 };
    expect(draw(service)).toEqual(draw(service));
    expect(draw(service, 2)).not.toEqual(draw(service));
  });
});
