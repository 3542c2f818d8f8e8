import { describe, expect, test } from 'vitest';
import pid from '../../policies/pid.ts';
import { machineOf } from '../../src/lab/machine/machine-of.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(pid, { goodput: 0.95 });

const CAPACITY = 2000 / 12;
const twelve = () => 12;

function shareLetIn(queued: number, free: number): number {
  const clock = new VirtualClock();
  const policy = startPolicy(pid, clock, {}, { letIn: 0.5 });
  const exec = 4 - free;
  for (let step = 0; step < 5; step += 1) {
    for (let request = 0; request < 20; request += 1) {
      clock.advance(5.1);
      const load = idleLoad({ queued, inflight: { exec, forward: 0 }, lanes: ['exec'] });
      const arrival = policy.arrive?.(viewOf(), load);
      if (arrival === undefined)
        policy.outcome?.(
          {
            lane: 'exec',
            result: 'served',
            waitMs: 0,
            firstByteMs: 9,
            busyMs: 9,
            totalMs: 9,
            inflight: 1,
          },
          viewOf(),
        );
    }
  }
  const saved = policy.snapshot?.();
  return saved && typeof saved === 'object' && 'letIn' in saved ? Number(saved.letIn) : Number.NaN;
}

describe('pid', () => {
  test('has the right sign: it lets fewer in while too many wait, and more while places are free', () => {
    expect(shareLetIn(100, 0)).toBeLessThan(0.5);
    expect(shareLetIn(0, 4)).toBeGreaterThan(0.5);
  });

  test.each([
    ['a cookie', { HTTP_COOKIE: 'session=1' }],
    ['a form', { REQUEST_METHOD: 'POST' }],
  ])('refuses those with %s last', (_name, kept) => {
    const flooded = machineOf([pid], {
      work: twelve,
      view: (random) => viewOf(random() < 0.2 ? kept : { REQUEST_METHOD: 'GET' }),
    });
    flooded.run(CAPACITY * 3, 3000);
    const answers = flooded.run(CAPACITY * 3, 10_000);
    const isKept = ({ view }: (typeof answers)[number]) =>
      view.meta('HTTP_COOKIE') !== undefined || view.meta('REQUEST_METHOD') === 'POST';
    const servedOf = (all: typeof answers) =>
      all.filter(({ result }) => result === 'served').length / all.length;
    expect(servedOf(answers.filter(isKept))).toBeGreaterThan(0.9);
    expect(servedOf(answers.filter((one) => !isKept(one)))).toBeLessThan(0.3);
  });

  test('lets a visitor who is in stay in: he is told by his address', () => {
    const flooded = machineOf([pid], {
      work: twelve,
      view: (random) => viewOf({ REMOTE_ADDR: `192.0.2.${Math.floor(random() * 200)}` }),
    });
    flooded.run(CAPACITY * 2, 5000);
    const shares = new Map<string, { in: number; all: number }>();
    for (const { view, decision } of flooded.run(CAPACITY * 2, 10_000)) {
      const address = view.meta('REMOTE_ADDR') ?? '';
      const share = shares.get(address) ?? { in: 0, all: 0 };
      share.all += 1;
      if (decision.policy !== 'pid') share.in += 1;
      shares.set(address, share);
    }
    const clear = [...shares.values()].filter(({ in: let_, all }) => let_ <= 0.1 * all || let_ >= 0.9 * all);
    expect(clear.length).toBeGreaterThan(shares.size * 0.6);
  });
});
