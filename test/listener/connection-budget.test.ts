import { describe, expect, test } from 'vitest';
import { ConnectionBudget } from '../../src/listener/connection-budget.ts';

function budget(max: number, left: () => boolean = () => true) {
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
    let left = true;
    const { budget: one, told } = budget(100, () => left);
    one.check();
    expect(told).toEqual([]);
    left = false;
    one.check();
    one.take();
    one.give();
    expect(told).toEqual([true]);
    left = true;
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

  test('tells nobody who has gone', () => {
    const told: boolean[] = [];
    const one = new ConnectionBudget(1, () => true);
    one.onChange((full) => told.push(full))();
    one.take();
    expect(told).toEqual([]);
  });
});
