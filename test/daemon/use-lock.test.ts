import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UseLock } from '../../src/daemon/use-lock.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let directory: string;
let clock: VirtualClock;
let ours: UseLock;
let others: UseLock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-use-'));
  clock = new VirtualClock();
  ours = new UseLock(join(directory, 'use'), clock);
  others = new UseLock(join(directory, 'use'), clock);
});

afterEach(() => {
  ours.close();
  others.close();
  rmSync(directory, { recursive: true, force: true });
});

test('nobody is alone while there is a conversation, here or elsewhere', () => {
  ours.enter();
  expect([ours.tryExclusive(), others.tryExclusive()]).toEqual([false, false]);
});

test('whoever just ended the last conversation need not wait for its own lock', () => {
  ours.enter();
  ours.leave();
  expect(others.tryExclusive()).toBe(false);
  expect(ours.tryExclusive()).toBe(true);
});

test('a conversation that begins during a retirement gets its lock when that is over', () => {
  expect(others.tryExclusive()).toBe(true);
  ours.enter();
  clock.advance(1000);
  others.release();
  clock.advance(50);
  expect(others.tryExclusive()).toBe(false);
});

test('conversation after conversation costs one timer, and the last one leaves none', () => {
  for (let conversation = 0; conversation < 1000; conversation += 1) {
    ours.enter();
    ours.leave();
    clock.advance(1);
    expect(clock.pending).toBe(1);
  }
  clock.advance(100);
  expect(clock.pending).toBe(0);
  expect(others.tryExclusive()).toBe(true);
});

test('without a lock file conversations go on', () => {
  rmSync(directory, { recursive: true });
  ours.enter();
  clock.advance(1000);
  expect(ours.inUse).toBe(true);
  ours.leave();
  clock.advance(1000);
  expect(clock.pending).toBe(0);
  expect(() => ours.tryExclusive()).toThrow(/expected a directory/);
});
