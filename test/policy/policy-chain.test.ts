import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyVoice } from '../../src/core/decision-trace.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Arrival, Dispatch, Policy, QueueDiscipline } from '../../src/core/policy.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';

const view = viewOf();
const load = idleLoad();
const served: Outcome = {
  lane: 'exec',
  result: 'served',
  waitMs: 0,
  firstByteMs: 1,
  busyMs: 2,
  totalMs: 3,
  inflight: 1,
};

/** Policies named a, b, c and so on, who declare the reasons `busy` and `full`. */
function chainOf(...policies: Policy[]) {
  const faults: string[] = [];
  const live = policies.map((policy, index) => ({
    name: String.fromCharCode(97 + index),
    reasons: ['busy', 'full'],
    policy,
  }));
  const chain = new PolicyChain(live, (name, question, error) =>
    faults.push(`${name} ${question}: ${(error as Error).message}`),
  );
  return { chain, faults };
}

const arriving = (answer: Arrival | undefined): Policy => ({ arrive: () => answer });
const dispatching = (answer: Dispatch | undefined): Policy => ({ dispatch: () => answer });
const limiting = (answer: number | undefined): Policy => ({ limit: () => answer });
const queueing = (answer: QueueDiscipline | undefined): Policy => ({ queue: () => answer });
const throwing = () => {
  throw new Error('a slip');
};
const exec: Dispatch = { lane: 'exec', reason: 'busy' };
const forward: Dispatch = { lane: 'forward', reason: 'busy' };
const shed: Dispatch = { lane: 'shed', reason: 'full', retryAfterMs: 7000 };

describe('at arrival', () => {
  test('nobody with an opinion lets the request pass with priority 0', () => {
    expect(chainOf({}, arriving(undefined)).chain.arrive(view, load)).toEqual({ priority: 0 });
  });

  test('any shed vetoes and the first one names the decision', () => {
    const { chain } = chainOf(
      arriving({ priority: 3 }),
      arriving({ shed: 'full', retryAfterMs: 5000 }),
      arriving({ shed: 'busy' }),
    );
    expect(chain.arrive(view, load)).toEqual({
      decision: { lane: 'shed', policy: 'b', reason: 'full', retryAfterMs: 5000 },
    });
  });

  test('the first priority wins', () => {
    const { chain } = chainOf({}, arriving({ priority: 2 }), arriving({ priority: 9 }));
    expect(chain.arrive(view, load)).toEqual({ priority: 2 });
  });
});

describe('at dispatch', () => {
  test('the first lane wins', () => {
    const { chain } = chainOf(dispatching(undefined), dispatching(forward), dispatching(exec));
    expect(chain.dispatch(view, load)).toEqual({ lane: 'forward', policy: 'b', reason: 'busy' });
  });

  test('any shed vetoes, wherever it stands', () => {
    const { chain } = chainOf(dispatching(exec), dispatching(shed));
    expect(chain.dispatch(view, load)).toEqual({
      lane: 'shed',
      policy: 'b',
      reason: 'full',
      retryAfterMs: 7000,
    });
  });

  test('warm goes with exec', () => {
    const { chain } = chainOf(dispatching({ ...exec, warm: true }));
    expect(chain.dispatch(view, load)).toEqual({ lane: 'exec', policy: 'a', reason: 'busy', warm: true });
  });

  test.each([
    [['exec', 'forward'], 'exec'],
    [['forward', 'exec'], 'exec'],
    [['forward'], 'forward'],
  ] as const)('nobody with an opinion, lanes %o: %s by default', (lanes, lane) => {
    const decision = chainOf().chain.dispatch(view, idleLoad({ lanes }));
    expect(decision).toEqual({ lane, policy: 'default', reason: 'no_opinion' });
  });
});

describe('numbers', () => {
  test('the least limit counts', () => {
    expect(chainOf(limiting(9), limiting(undefined), limiting(4)).chain.limit('exec')).toBe(4);
  });

  test('there is no limit where nobody says one', () => {
    expect(chainOf({}, limiting(undefined)).chain.limit('exec')).toBe(Number.POSITIVE_INFINITY);
  });

  test('the first order, the shortest wait and the shortest queue count', () => {
    const { chain } = chainOf(
      queueing({ maxWaitMs: 500, maxLength: 3 }),
      queueing({ order: 'newest-first', maxWaitMs: 900, maxLength: 0 }),
      queueing({ order: 'oldest-first', maxWaitMs: 300 }),
    );
    expect(chain.queueDiscipline()).toEqual({ order: 'newest-first', maxWaitMs: 300, maxLength: 0 });
  });

  test('the queue stays as configured where nobody says anything', () => {
    expect(chainOf({}, queueing(undefined)).chain.queueDiscipline()).toEqual({});
  });
});

test('everyone hears every outcome exactly once, in spite of one who faults', () => {
  const heard: string[] = [];
  const { chain, faults } = chainOf(
    { outcome: () => void heard.push('a') },
    { outcome: throwing },
    { outcome: () => void heard.push('c') },
  );
  chain.outcome(served, viewOf());
  expect(heard).toEqual(['a', 'c']);
  expect(faults).toEqual(['b outcome: a slip']);
});

test('snapshots go by name, without those of policies that have none or fault', () => {
  const { chain } = chainOf({ snapshot: () => ({ limit: 4 }) }, {}, { snapshot: throwing });
  expect(chain.snapshot()).toEqual({ a: { limit: 4 } });
});

describe('a policy that faults', () => {
  const failsafe = { lane: 'exec', policy: 'failsafe', reason: 'policy_fault' };

  test.each<[string, unknown, string]>([
    ['throws', throwing, 'a dispatch: a slip'],
    ['answers null', () => null, ''],
    ['is async', async () => exec, 'expected an answer at once, found a promise'],
    ['rejects', async () => throwing(), 'expected an answer at once, found a promise'],
    [
      'has a reason it did not declare',
      () => ({ lane: 'exec', reason: 'mood' }),
      'expected a declared reason, found "mood"',
    ],
    [
      'names no lane',
      () => ({ lane: 'sideways', reason: 'busy' }),
      'expected a lane of the application (exec,forward)',
    ],
    [
      'has a senseless Retry-After',
      () => ({ ...shed, retryAfterMs: -1 }),
      'expected retryAfterMs to be milliseconds',
    ],
  ])('and %s gets the fail-safe', async (_what, dispatch, said) => {
    const { chain, faults } = chainOf({ dispatch } as Policy);
    expect(chain.dispatch(view, load)).toEqual(failsafe);
    expect(faults).toEqual([expect.stringContaining(said)]);
    await Promise.resolve();
  });

  test('gets the fail-safe for a lane that the application does not have', () => {
    const { chain } = chainOf(dispatching(exec));
    expect(chain.dispatch(view, idleLoad({ lanes: ['forward'] }))).toEqual({ ...failsafe, lane: 'forward' });
  });

  test('stops nobody else from deciding', () => {
    const { chain, faults } = chainOf(
      { dispatch: throwing, arrive: throwing },
      {
        ...dispatching(forward),
        ...arriving({ shed: 'full' }),
      },
    );
    expect(chain.dispatch(view, load)).toEqual({ lane: 'forward', policy: 'b', reason: 'busy' });
    expect(chain.arrive(view, load)).toMatchObject({ decision: { policy: 'b' } });
    expect(faults.length).toBe(2);
  });

  test.each([
    [{ daemon: 'up' }, 'forward'],
    [{ daemon: 'none' }, 'forward'],
    [{ daemon: 'starting' }, 'exec'],
    [{ daemon: 'up', lanes: ['exec'] }, 'exec'],
    [{ daemon: 'down', lanes: ['forward'] }, 'forward'],
  ] as const)('is replaced by whatever is up: %o gives %s', (changes, lane) => {
    const { chain } = chainOf({ dispatch: throwing });
    expect(chain.dispatch(view, idleLoad(changes)).lane).toBe(lane);
  });

  test('is replaced by at most twice the processors at once', () => {
    const { chain } = chainOf({ dispatch: throwing });
    const decision = chain.dispatch(view, idleLoad({ inflight: { exec: 5, forward: 0 } }));
    expect(decision).toEqual({ lane: 'shed', policy: 'failsafe', reason: 'policy_fault' });
    expect(chain.limit('exec')).toBe(4);
  });

  test.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '8', null])(
    'with the limit %o is limited to twice the processors',
    (answer) => {
      const { chain, faults } = chainOf({ limit: () => answer } as unknown as Policy);
      chain.dispatch(view, load);
      expect(chain.limit('exec')).toBe(4);
      expect(faults).toEqual([expect.stringContaining('a limit: expected a whole number from 1')]);
    },
  );

  test('is trusted again as soon as it answers well', () => {
    let broken = true;
    const { chain } = chainOf({ dispatch: () => (broken ? throwing() : exec), limit: () => 50 });
    chain.dispatch(view, load);
    expect(chain.limit('exec')).toBe(4);
    broken = false;
    expect(chain.dispatch(view, load).policy).toBe('a');
    expect(chain.limit('exec')).toBe(50);
  });

  test('at arrival lets the request pass', () => {
    const { chain } = chainOf(arriving({ shed: 'mood' }), arriving({ priority: Number.NaN }));
    expect(chain.arrive(view, load)).toEqual({ priority: 0 });
    expect([...chain.faults]).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test('with a senseless queue leaves it as configured', () => {
    const { chain, faults } = chainOf(
      queueing({ maxWaitMs: Number.NaN }),
      { queue: () => ({ order: 'tallest-first' }) } as unknown as Policy,
      queueing({ maxLength: -1 }),
      queueing({ maxLength: 1.5 }),
    );
    expect(chain.queueDiscipline()).toEqual({});
    expect(faults.length).toBe(4);
  });

  test('never breaks the chain, whatever it answers', () => {
    const anything = fc.anything();
    fc.assert(
      fc.property(anything, anything, anything, anything, (arrive, dispatch, limit, queue) => {
        const { chain } = chainOf({
          arrive: () => arrive,
          dispatch: () => dispatch,
          limit: () => limit,
          queue: () => queue,
        } as unknown as Policy);
        expect(chain.arrive(view, load)).toBeDefined();
        expect(['exec', 'forward', 'shed']).toContain(chain.dispatch(view, load).lane);
        expect(chain.limit('exec')).toBeGreaterThanOrEqual(1);
        expect(chain.queueDiscipline()).toBeDefined();
      }),
    );
  });
});

test('who listens hears every policy that was asked, in order, and decides no differently', () => {
  const policies = [
    { arrive: throwing, dispatch: throwing },
    { arrive: () => ({ priority: 3 }), dispatch: () => exec },
    { dispatch: () => undefined },
    { dispatch: () => shed },
  ];
  const arrivals: PolicyVoice<Arrival>[] = [];
  const dispatches: PolicyVoice<Dispatch>[] = [];
  const { chain } = chainOf(...policies);
  expect(chain.arrive(view, load, arrivals)).toEqual(chainOf(...policies).chain.arrive(view, load));
  expect(chain.dispatch(view, load, dispatches)).toEqual(chainOf(...policies).chain.dispatch(view, load));
  expect(arrivals).toEqual([
    { policy: 'a', answer: undefined, faulty: true },
    { policy: 'b', answer: { priority: 3 } },
  ]);
  expect(dispatches).toEqual([
    { policy: 'a', answer: undefined, faulty: true },
    { policy: 'b', answer: exec },
    { policy: 'c', answer: undefined },
    { policy: 'd', answer: shed },
  ]);
});
