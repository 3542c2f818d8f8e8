import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { savedStartScore } from '../../src/daemon/saved-start-score.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let directory: string;
let path: string;
let clock: VirtualClock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-score-'));
  path = join(directory, 'wiki.sock.score');
  clock = new VirtualClock(100_000);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('the score of one keeper goes on in the next, and falls with time', () => {
  for (let start = 0; start < 4; start += 1) {
    const score = savedStartScore(path, clock);
    score.started(clock.now());
    score.died(clock.now());
  }
  const next = savedStartScore(path, clock);
  expect(next.refuses(clock.now())).toBe(true);
  clock.advance(next.waitMs(clock.now()));
  expect(savedStartScore(path, clock).refuses(clock.now())).toBe(false);
});

test.each([
  ['a score from before the machine was started', '50 999999999\n'],
  ['a file that says something else', 'fifty\n'],
  ['half a file', '50 100'],
])('%s counts for nothing', (_name, text) => {
  writeFileSync(path, text);
  expect(savedStartScore(path, clock).refuses(clock.now())).toBe(false);
});

test('without a file that can be written, a keeper counts its own', () => {
  rmSync(directory, { recursive: true });
  const score = savedStartScore(path, clock);
  for (let death = 0; death < 5; death += 1) score.died(clock.now());
  expect(score.refuses(clock.now())).toBe(true);
});
