import { describe, expect, test } from 'vitest';
import { SharedProcessors } from '../../../src/lab/machine/shared-processors.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function processorsWorld(processors: number, neighbours = 0) {
  const clock = new VirtualClock();
  const shared = new SharedProcessors(clock, processors, neighbours);
  const done: string[] = [];
  const run = (name: string, workMs: number) =>
    shared.run(workMs, () => done.push(`${name} at ${Math.round(clock.now())}`));
  return { clock, shared, done, run };
}

describe('shared processors', () => {
  test.each([
    ['one job has one of two processors', 2, 0, [100], ['0 at 100']],
    ['two jobs share one', 1, 0, [100, 100], ['0 at 200', '1 at 200']],
    ['a short job is done before a long one that came first', 1, 0, [100, 10], ['1 at 20', '0 at 110']],
    ['tasks of somebody else have their share', 1, 3, [100], ['0 at 400']],
  ])('%s', (_, processors, neighbours, work, expected) => {
    const { clock, run, done } = processorsWorld(processors, neighbours);
    work.forEach((workMs, index) => {
      run(String(index), workMs);
    });
    clock.advance(1000);
    expect(done).toEqual(expected);
  });

  test('a job that comes later slows down those that are there', () => {
    const { clock, run, done } = processorsWorld(1);
    run('first', 100);
    clock.advance(50);
    run('second', 100);
    clock.advance(1000);
    expect(done).toEqual(['first at 150', 'second at 200']);
  });

  test('a job may be followed by another at its end', () => {
    const { clock, shared, run, done } = processorsWorld(1);
    shared.run(10, () => run('next', 10));
    clock.advance(100);
    expect(done).toEqual(['next at 20']);
  });

  test('all that was worked is what jobs had, and what was crowded is where some had to wait', () => {
    const { clock, shared, run } = processorsWorld(2);
    for (const name of ['a', 'b', 'c']) run(name, 20);
    expect(shared.tasks).toBe(3);
    clock.advance(100);
    expect(shared.takeCrowdedMs()).toBeCloseTo(30);
    expect(shared.takeCrowdedMs()).toBe(0);
    expect([shared.tasks, Math.round(shared.workedMs)]).toEqual([0, 60]);
  });
});
