import { describe, expect, test } from 'vitest';
import { PoissonArrivals } from '../../../src/lab/flood/poisson-arrivals.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function all(rate: number, startMs: number, durationMs: number, seed = 1): number[] {
  const arrivals = new PoissonArrivals(rate, startMs, durationMs, seededRandom(seed));
  const taken: number[] = [];
  for (let due = arrivals.take(Infinity); due !== undefined; due = arrivals.take(Infinity)) taken.push(due);
  return taken;
}

describe('Poisson arrivals', () => {
  test('come at the rate asked for', () => {
    const taken = all(1000, 0, 100_000);
    // A Poisson count of 100,000 has a standard deviation of 316.
    expect(Math.abs(taken.length - 100_000)).toBeLessThan(1600);
  });

  test('have exponential gaps: the spread of the gaps is their mean, and 37 % are longer', () => {
    const taken = all(1000, 0, 100_000);
    const gaps = taken.slice(1).map((due, index) => due - (taken[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
    expect(gaps.filter((gap) => gap > mean).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });

  test('are in order and within their time', () => {
    const taken = all(50, 200, 1000);
    expect(taken).toEqual(taken.toSorted((a, b) => a - b));
    expect(taken[0]).toBeGreaterThan(200);
    expect(taken.at(-1)).toBeLessThan(1200);
  });

  test('are given when they are due, not before', () => {
    const arrivals = new PoissonArrivals(1000, 0, 1000, () => 1 - Math.exp(-1));
    expect(arrivals.take(0.9)).toBeUndefined();
    expect(arrivals.take(2.5)).toBeCloseTo(1);
    expect(arrivals.take(2.5)).toBeCloseTo(2);
    expect(arrivals.take(2.5)).toBeUndefined();
  });
});
