import { describe, expect, test } from 'vitest';
import { ConnectionBudget } from '../../src/listener/connection-budget.ts';

function budget(max: number, left: (atMost: number) => number = (atMost) => atMost) {
  const told: boolean[] = [];
  const made = new ConnectionBudget(max, left);
  made.onChange((full) => told.push(full));
  return { budget: made, told };
}

function times(count: number, act: () => void): void {
  for (let turn = 0; turn < count; turn++) act();
}

describe('the budget of connections', () => {
  test('is full with the last one that it allows', () => {
    const { budget: one, told } = budget(32);
    times(31, () => one.take());
    expect(one.full).toBe(false);
    one.take();
    expect(one.full).toBe(true);
    expect(told).toEqual([true]);
  });

  test('opens again when a sixteenth has left, so that it does not flap', () => {
    const { budget: one, told } = budget(32);
    times(32, () => one.take());
    one.give();
    expect(one.full).toBe(true);
    one.give();
    expect(told).toEqual([true, false]);
  });

  test.each([1, 2, 15])('of %i opens again when one has left', (max) => {
    const { budget: one, told } = budget(max);
    times(max, () => one.take());
    one.give();
    expect(told).toEqual([true, false]);
  });

  test('is full while no descriptor is left, whoever has them', () => {
    let left = 100;
    const { budget: one, told } = budget(100, () => left);
    one.check();
    expect(told).toEqual([]);
    left = 15;
    one.check();
    one.take();
    one.give();
    expect(told).toEqual([true]);
    left = 16;
    one.check();
    expect(told).toEqual([true, false]);
  });

  test('is full when somebody could not accept, until descriptors are found', () => {
    const { budget: one, told } = budget(100);
    one.exhausted();
    expect(told).toEqual([true]);
    one.check();
    expect(told).toEqual([true, false]);
  });

  test('that ran out of descriptors allows 16 connections less than there were, then one more at each check', () => {
    let left = 100;
    const { budget: one } = budget(1000, (atMost) => Math.min(atMost, left));
    times(80, () => one.take());
    left = 0;
    one.check();
    times(40, () => one.give());
    left = 20;
    one.check();
    expect(one.full).toBe(false);
    times(24, () => one.take());
    expect(one.full).toBe(false);
    one.take();
    expect(one.full).toBe(true);
    times(10, () => one.check());
    expect(one.full).toBe(false);
  });

  test('grows back to what was configured where there are plenty', () => {
    let left = 0;
    const { budget: one } = budget(200, (atMost) => Math.min(atMost, left));
    times(100, () => one.take());
    one.check();
    left = 1000;
    times(5, () => one.check());
    times(99, () => one.take());
    expect(one.full).toBe(false);
    one.take();
    expect(one.full).toBe(true);
  });

  test('tells nobody who has gone', () => {
    const told: boolean[] = [];
    const one = new ConnectionBudget(1);
    one.onChange((full) => told.push(full))();
    one.take();
    expect(told).toEqual([]);
  });
});
