/**
 * What one request costs each policy: `arrive`, `dispatch`, `outcome`, and the numbers that are asked after it. Run:
 * `bun test/bench/policies.ts`. Goal: a decision (`arrive` and `dispatch`) under 1 microsecond; ends with 1 where one is over.
 */

import { decisionCostNs } from '../../src/lab/policy-contract/decision-cost.ts';
import { Trial } from '../../src/lab/policy-contract/trial.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';

const GOAL_NS = 1000;
const ROUNDS = 200_000;

const view = viewOf({ REQUEST_METHOD: 'GET', REMOTE_ADDR: '192.0.2.17', PATH_INFO: '/wiki/page' });
const load = idleLoad({
  running: 20,
  loadAverage: 20,
  inflight: { exec: 4, forward: 0 },
  queued: 5,
  oldestWaitMs: 40,
});
const outcome = {
  lane: 'exec',
  result: 'served',
  waitMs: 5,
  firstByteMs: 12,
  busyMs: 12,
  totalMs: 17,
  inflight: 4,
} as const;

for (const [name, definition] of builtInPolicies) {
  const decisionNs = decisionCostNs(definition, GOAL_NS);
  const trial = new Trial(definition);
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 4; turn += 1) {
    const beganMs = performance.now();
    for (let round = 0; round < ROUNDS; round += 1) trial.ask({ view, load, outcome, gapMs: 0.1 });
    fastestMs = Math.min(fastestMs, performance.now() - beganMs);
  }
  const wholeNs = (fastestMs / ROUNDS) * 1e6;
  const row = [
    name.padEnd(18),
    `decision ${decisionNs.toFixed(0)} ns`.padStart(18),
    `flooded, with outcome, limits, queue ${wholeNs.toFixed(0)} ns`.padStart(50),
  ];
  process.stdout.write(`${row.join('')}\n`);
  if (decisionNs >= GOAL_NS) process.exitCode = 1;
}
