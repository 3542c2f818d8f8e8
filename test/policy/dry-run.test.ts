import { beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '../../src/core/policy.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';

const view = viewOf();
const load = idleLoad();
let counted: string[];
let faults: string[];
beforeEach(() => {
  counted = [];
  faults = [];
});

/** The first one is in a dry run. */
function chainOf(...policies: Policy[]): PolicyChain {
  return new PolicyChain(
    policies.map((policy, index) => ({
      name: String.fromCharCode(97 + index),
      reasons: ['full', 'busy'],
      policy,
      dryRun: index === 0,
    })),
    (name, question) => faults.push(`${name} ${question}`),
    (policy, reason) => counted.push(`${policy} ${reason}`),
  );
}

const sheds: Policy = {
  arrive: () => ({ shed: 'full' }),
  dispatch: () => ({ lane: 'shed', reason: 'busy' }),
};

describe('a policy in a dry run', () => {
  test('sheds nobody, and what it would have shed is counted', () => {
    const chain = chainOf({ dispatch: () => ({ lane: 'shed', reason: 'busy' }) });
    expect(chain.arrive(view, load)).toEqual({ priority: 0 });
    expect(chain.dispatch(view, load)).toMatchObject({ lane: 'exec', policy: 'default' });
    expect(counted).toEqual(['a busy']);
  });

  test('counts a request once, though it would shed it at both questions', () => {
    const chain = chainOf(sheds);
    const arrival = chain.arrive(view, load);
    expect(arrival).toEqual({ priority: 0, drySheds: ['a'] });
    chain.dispatch(view, load, undefined, 'drySheds' in arrival ? arrival.drySheds : undefined);
    expect(counted).toEqual(['a full']);
  });

  test('leaves the sheds of the others as they are', () => {
    const chain = chainOf(sheds, sheds);
    expect(chain.arrive(view, load)).toEqual({ decision: { lane: 'shed', policy: 'b', reason: 'full' } });
    expect(chain.dispatch(view, load)).toEqual({ lane: 'shed', policy: 'b', reason: 'busy' });
  });

  test('still names lanes and priorities', () => {
    const chain = chainOf({
      arrive: () => ({ priority: 3, share: 0.5 }),
      dispatch: () => ({ lane: 'forward', reason: 'busy' }),
    });
    expect(chain.arrive(view, load)).toEqual({ priority: 3, share: 0.5 });
    expect(chain.dispatch(view, load)).toEqual({ lane: 'forward', policy: 'a', reason: 'busy' });
  });

  test('has no say in limits and in the order of the queue, by which others would be shed', () => {
    const own: Policy = { limit: () => 1, queue: () => ({ order: 'newest-first', maxWaitMs: 5 }) };
    expect(chainOf(own).limit('exec')).toBe(Number.POSITIVE_INFINITY);
    expect(chainOf(own, { limit: () => 7 }).limit('exec')).toBe(7);
    expect(chainOf(own).queueDiscipline()).toEqual({});
  });

  test.each([
    ['up', 'forward'],
    ['down', 'exec'],
  ] as const)(
    'where it would have shed and nobody names a lane, with the daemon %s it is %s',
    (daemon, lane) => {
      expect(chainOf(sheds).dispatch(view, idleLoad({ daemon }))).toMatchObject({ lane });
    },
  );

  test('that fails brings no fail-safe, which might shed', () => {
    const fails = (): never => {
      throw new Error('broken');
    };
    const chain = chainOf({ dispatch: fails, limit: fails });
    const flooded = idleLoad({ inflight: { exec: 100, forward: 0 } });
    expect(chain.dispatch(view, flooded)).toMatchObject({ lane: 'exec', policy: 'default' });
    expect(chain.limit('exec')).toBe(Number.POSITIVE_INFINITY);
    expect(faults).toEqual(['a dispatch']);
  });

  test('hears every outcome, so that it learns', () => {
    let heard = 0;
    chainOf({ outcome: () => void heard++ }).outcome(
      { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 1, busyMs: 1, totalMs: 1, inflight: 1 },
      view,
    );
    expect(heard).toBe(1);
  });
});

describe('the grounds of an answer', () => {
  const ground = {
    signal: 'running',
    value: 3,
    comparison: '>=',
    threshold: 2,
    means: 'it is busy',
  } as const;

  test('are asked for only where somebody writes them down', () => {
    let asked = 0;
    const chain = chainOf({
      ...sheds,
      explain: () => {
        asked += 1;
        return [ground];
      },
    });
    chain.arrive(view, load);
    expect(asked).toBe(0);
    const voices: { grounds?: unknown; dryRun?: boolean }[] = [];
    chain.arrive(view, load, voices as never);
    expect(voices).toMatchObject([{ policy: 'a', dryRun: true, grounds: [ground] }]);
  });

  test.each([
    [
      'throw',
      () => {
        throw new Error('broken');
      },
    ],
    ['are no list', () => 'because'],
    ['have no number', () => [{ ...ground, value: 'three' }]],
    ['compare in another way', () => [{ ...ground, comparison: '==' }]],
  ])('that %s are a fault, and the answer stands', (_what, explain) => {
    const voices: { grounds?: unknown }[] = [];
    const chain = chainOf({}, { ...sheds, explain: explain as never });
    expect(chain.dispatch(view, load, voices as never)).toMatchObject({ lane: 'shed', policy: 'b' });
    expect(voices[0]).not.toHaveProperty('grounds');
    expect(faults).toEqual(['b explain']);
    expect(chain.limit('exec')).toBe(Number.POSITIVE_INFINITY);
  });

  test('are bounded in number and length', () => {
    const voices: { grounds?: readonly { signal: string }[] }[] = [];
    const many = Array.from({ length: 1000 }, () => ({ ...ground, signal: 'x'.repeat(10_000) }));
    chainOf({}, { ...sheds, explain: () => many }).dispatch(view, load, voices as never);
    expect(voices[0]?.grounds).toHaveLength(16);
    expect(voices[0]?.grounds?.[0]?.signal).toHaveLength(200);
  });
});
