import { expect, test } from 'vitest';
import { type DaemonSeen, daemonOutcome } from './daemon-outcome.ts';
import type { PhaseReport } from './phase-report.ts';

const STEP = 10_000;

function phase(beganMs: number, offered: number, good: number): PhaseReport {
  return {
    beganMs,
    rate: offered,
    offered,
    good,
    firstGood: good,
    late: 0,
    shed: offered - good,
    failed: 0,
    gone: 0,
    attemptsEach: 1,
    p50: 3,
    p99: 40,
    shedP99: undefined,
    lastBadMs: 0,
  };
}

const life = {
  startedMs: STEP + 150,
  readyMs: STEP + 500,
  firstUsedMs: STEP + 520,
  retiredMs: STEP + 12_000,
  starts: 1,
  retirements: 1,
};
const seen: DaemonSeen = {
  life,
  flood: phase(STEP, 500, 495),
  after: phase(STEP + 5000, 30, 30),
  overMs: STEP + 8000,
  resident: 0,
  allowedMs: 7000,
};
const missed = (changed: Partial<DaemonSeen>) =>
  daemonOutcome({ ...seen, ...changed })
    .aims.filter(({ reached }) => !reached)
    .map(({ what, found }) => `${what}: ${found}`);

test('the aims of a step can all be reached', () => {
  expect(missed({})).toEqual([]);
});

test.each<[string, Partial<DaemonSeen>]>([
  ['the daemon is asked for: 201 ms', { life: { ...life, startedMs: STEP + 201 } }],
  ['the daemon is asked for: 1 ms before', { life: { ...life, startedMs: STEP - 1 } }],
  ['and used as soon as it is up: 51 ms', { life: { ...life, firstUsedMs: STEP + 551 } }],
  ['and used as soon as it is up: not seen', { life: { ...life, firstUsedMs: undefined } }],
  ['shed, late or unanswered in the flood: 3.0 %', { flood: phase(STEP, 500, 485) }],
  [
    'the daemon is retired, and nothing stays: 7001 ms, 0 processes',
    { life: { ...life, retiredMs: STEP + 15_001 } },
  ],
  ['the daemon is retired, and nothing stays: 4000 ms, 2 processes', { resident: 2 }],
])('one can be missed: %s', (expected, changed) => {
  expect(missed(changed)).toEqual([expected]);
});

test('the table counts from the step, and retirement from the last visitor', () => {
  const { table } = daemonOutcome(seen);
  expect(table).toContain('| asked for, after the step | 150 ms |\n');
  expect(table).toContain('| up, after the step | 500 ms |\n');
  expect(table).toContain('| first used, after the step | 520 ms |\n');
  expect(table).toContain('| shed, late or unanswered | 1.0 % |\n');
  expect(table).toContain('| retired, after the last visitor | 4000 ms |\n');
});
