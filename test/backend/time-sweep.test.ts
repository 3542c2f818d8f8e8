import { describe, expect, test } from 'vitest';
import { TimeSweep } from '../../src/backend/time-sweep.ts';
import { NO_PLACE } from '../../src/core/dense-set.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function timed(dueMs: number, sweep: () => TimeSweep) {
  return {
    place: NO_PLACE,
    dueMs,
    calls: 0,
    overdue() {
      this.calls += 1;
      sweep().remove(this);
    },
  };
}

describe('a sweep of time limits', () => {
  test('finds what is overdue, late by an interval at most', () => {
    const clock = new VirtualClock();
    const sweep: TimeSweep = new TimeSweep(clock, 100);
    const entry = timed(250, () => sweep);
    sweep.add(entry);
    clock.advance(249);
    expect(entry.calls).toBe(0);
    clock.advance(101);
    expect(entry.calls).toBe(1);
  });

  test('leaves alone what has moved on or was removed', () => {
    const clock = new VirtualClock();
    const sweep: TimeSweep = new TimeSweep(clock, 100);
    const moved = timed(150, () => sweep);
    const removed = timed(150, () => sweep);
    sweep.add(moved);
    sweep.add(removed);
    clock.advance(100);
    moved.dueMs = Number.POSITIVE_INFINITY;
    sweep.remove(removed);
    clock.advance(1000);
    expect([moved.calls, removed.calls]).toEqual([0, 0]);
  });

  test('has one timer, and none when nothing is left', () => {
    const clock = new VirtualClock();
    const sweep: TimeSweep = new TimeSweep(clock, 100);
    const entries = [1, 2, 3].map(() => timed(150, () => sweep));
    for (const entry of entries) sweep.add(entry);
    expect(clock.pending).toBe(1);
    clock.advance(300);
    expect(entries.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    expect(clock.pending).toBe(0);
  });
});
