import { expect, test } from 'vitest';
import { standardPhases } from '../../../src/lab/flood/phase.ts';

test('the standard flood takes ten seconds, begins and ends quiet, and keeps every processor busy in between', () => {
  const phases = standardPhases(4, 5000);
  expect(phases.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(10_000);
  expect(phases.map(({ rate }) => rate)).toEqual([5, 240, 5000, 5]);
});
