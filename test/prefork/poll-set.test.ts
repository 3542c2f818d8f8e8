import { closeSync, writeSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { PollSet } from '../../src/prefork/poll-set.ts';
import { socketCalls } from '../../src/prefork/socket-calls.ts';
import { openSocketPair } from '../../src/prefork/socket-pair.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { until } from '../support/until.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const faults: unknown[] = [];
const cleanup: (() => void)[] = [];

function open() {
  const polls = new PollSet(new SystemClock(), { deaf: (fault) => faults.push(fault) });
  const [ours, theirs] = openSocketPair();
  cleanup.push(() => {
    polls.close();
    closeSync(ours);
    closeSync(theirs);
  });
  return { polls, ours, theirs };
}

function readOne(descriptor: number): number {
  return Number(socketCalls().recv(descriptor, new Uint8Array(1), 1n, 0x40));
}

afterEach(() => {
  for (const undo of cleanup.splice(0)) undo();
});

test('tells of what is there without reading it, by the event loop and not by a timer', async () => {
  const { polls, ours, theirs } = open();
  let told = 0;
  polls.add(ours, () => {
    told += 1;
    polls.remove(ours);
  });
  writeSync(theirs, 'x');
  await until(() => told === 1, 'news');
  expect([readOne(ours), faults]).toEqual([1, []]);
});

test('tells again what was not dealt with', async () => {
  const { polls, ours, theirs } = open();
  let told = 0;
  polls.add(ours, () => {
    told += 1;
    if (told >= 3) readOne(ours);
  });
  writeSync(theirs, 'x');
  await until(() => told === 3, 'three times the news');
  writeSync(theirs, 'y');
  await until(() => told === 4, 'further news');
});

test('says no more of what was removed, though somebody else holds it', async () => {
  const { polls, ours, theirs } = open();
  const other = open();
  let told = 0;
  polls.add(ours, () => {
    told += 1;
  });
  polls.remove(ours);
  writeSync(theirs, 'x');
  // News of another one has come later than this would have.
  let later = false;
  polls.add(other.ours, () => {
    later = true;
    readOne(other.ours);
  });
  writeSync(other.theirs, 'x');
  await until(() => later, 'news of the other');
  expect(told).toBe(0);
});

test('of many is looked at by a timer, as long as there is anything to look at', async () => {
  const clock = new VirtualClock();
  const polls = new PollSet(clock, { everyMs: 10 });
  const { ours, theirs } = open();
  let told = 0;
  polls.add(ours, () => {
    told += 1;
    polls.remove(ours);
  });
  writeSync(theirs, 'x');
  expect(told).toBe(0);
  clock.advance(10);
  expect([told, clock.pending]).toEqual([1, 0]);
  polls.close();
});
