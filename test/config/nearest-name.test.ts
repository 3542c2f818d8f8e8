import { describe, expect, test } from 'vitest';
import { nearestName } from '../../src/config/nearest-name.ts';

const names = ['listen', 'admin', 'applications', 'max_head', 'at', 'warn', 'environment', 'threshold'];

describe('the nearest name', () => {
  test.each([
    ['aplications', 'applications'],
    ['application', 'applications'],
    ['lsiten', 'listen'],
    ['maxHead', 'max_head'],
    ['MAX-HEAD', 'max_head'],
    ['warning', 'warn'],
    ['env', 'environment'],
    ['thresold', 'threshold'],
    ['ta', 'at'],
  ])('to %s is %s', (written, meant) => {
    expect(nearestName(written, names)).toBe(meant);
  });

  test.each(['', 'zebra', 'xy', 'a'.repeat(100_000)])('to %.10s is none', (written) => {
    expect(nearestName(written, names)).toBeUndefined();
  });
});
