import { describe, expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('the virtual clock', () => {
  test('only moves when told to', () => {
    const clock = new VirtualClock(5);
    expect(clock.now()).toBe(5);
    clock.advance(10);
    expect(clock.now()).toBe(15);
  });

  test('runs due timers in order of time, then of setting, each at its own instant', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${clock.now()}`);
    clock.after(30, note('c'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    clock.after(31, note('late'));
    clock.advance(30);
    expect(ran).toEqual(['a@10', 'b@10', 'c@30']);
  });

  test('runs what a timer sets when that falls due as well', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.after(10, () => clock.after(10, () => ran.push(clock.now())));
    clock.advance(25);
    expect(ran).toEqual([20]);
  });

  test('does not run what was taken back, and takes back twice without harm', () => {
    const clock = new VirtualClock();
    let ran = 0;
    const takeBack = clock.after(10, () => (ran += 1));
    takeBack();
    takeBack();
    expect(clock.pending).toBe(0);
    clock.advance(20);
    expect(ran).toBe(0);
  });

  test('lets promises settle between timers', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    const loop = (async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await wait(10);
        seen.push(clock.now());
      }
    })();
    await clock.advanceAsync(30);
    await loop;
    expect(seen).toEqual([10, 20, 30]);
  });
});
