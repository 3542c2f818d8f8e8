import { describe, expect, test } from 'vitest';
import fixed from '../../policies/fixed.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(fixed);

describe('fixed', () => {
  test('limits each lane to its own number', () => {
    const policy = startPolicy(fixed, new VirtualClock(), { exec: 3, forward: 40 });
    expect([policy.limit?.('exec'), policy.limit?.('forward')]).toEqual([3, 40]);
  });

  test.each([
    ['any', undefined],
    ['exec', { lane: 'exec', reason: 'fixed_lane' }],
    ['forward', { lane: 'forward', reason: 'fixed_lane' }],
  ] as const)('with the lane %s answers %o', (lane, answer) => {
    const policy = startPolicy(fixed, new VirtualClock(), { lane });
    expect(policy.dispatch?.(viewOf(), idleLoad())).toEqual(answer);
  });

  test('has no opinion where the application lacks its lane', () => {
    const policy = startPolicy(fixed, new VirtualClock(), { lane: 'forward' });
    expect(policy.dispatch?.(viewOf(), idleLoad({ lanes: ['exec'] }))).toBeUndefined();
  });
});
