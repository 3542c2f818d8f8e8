import { describe, expect, test } from 'vitest';
import { ShareReckoner } from '../../src/frontend/kept-shares.ts';

const before = { cpu: { atMs: 1000, part: 100, whole: 1_000_000, share: 0.25 } };

describe('a share of the time, of which each process sees but one moment', () => {
  test('is reckoned against what an earlier process has kept', () => {
    const reckoner = new ShareReckoner(before);
    expect(reckoner.share('cpu', { part: 200_100, whole: 1_400_000 }, 1400)).toBe(0.5);
    expect(reckoner.kept.cpu).toEqual({ atMs: 1400, part: 200_100, whole: 1_400_000, share: 0.5 });
  });

  test('stands for 100 ms, so that a flood of processes does not measure single ticks', () => {
    const reckoner = new ShareReckoner(before);
    expect(reckoner.share('cpu', { part: 90_100, whole: 1_099_000 }, 1099)).toBe(0.25);
    expect(reckoner.kept.cpu).toBe(before.cpu);
  });

  test.each([
    ['nobody has looked', {}, 1400],
    ['somebody has looked too long ago', before, 6001],
    ['the machine was started anew', before, 20],
  ])('is what the kernel says by itself where %s', (_, kept, nowMs) => {
    const reckoner = new ShareReckoner(kept);
    expect(reckoner.share('cpu', { part: 5, whole: 2_000_000 }, nowMs, 0.75)).toBe(0.75);
    expect(reckoner.kept.cpu).toEqual({ atMs: nowMs, part: 5, whole: 2_000_000, share: undefined });
  });

  test('is never less than none or more than all', () => {
    expect(new ShareReckoner(before).share('cpu', { part: 0, whole: 1_400_000 }, 1400)).toBe(0);
    expect(new ShareReckoner(before).share('cpu', { part: 9_000_000, whole: 1_400_000 }, 1400)).toBe(1);
  });
});
