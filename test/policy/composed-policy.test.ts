import { describe, expect, test } from 'vitest';
import type { Policy, PolicyDefinition, Snapshot } from '../../src/core/policy.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';
import { composedPolicy, partsOf } from '../../src/policy/composed-policy.ts';
import { createPolicyChain } from '../../src/policy/create-policy-chain.ts';
import { startPolicy } from '../policies/start-policy.ts';
import { idleLoad } from '../support/idle-load.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const view = viewOf();
const load = idleLoad();

const part = (name: string, made: Policy, changes: Partial<PolicyDefinition> = {}): PolicyDefinition => ({
  name,
  when: 'A test.',
  source: 'Our own.',
  parameters: {},
  signals: ['queued'],
  reasons: [`${name}_says`],
  create: () => made,
  ...changes,
});

function compose(...parts: PolicyDefinition[]): PolicyDefinition {
  const names = parts.map(({ name }) => name);
  const known = new Map(parts.map((one) => [one.name, one] as const));
  return composedPolicy({ name: 'both', when: 'A test.', source: 'Our own.', parts: names }, known);
}

const start = (...parts: PolicyDefinition[]) => startPolicy(compose(...parts), new VirtualClock());

describe('a composed policy answers by the rules of a chain', () => {
  test('any shed of a part sheds, with its own reason and time', () => {
    const policy = start(
      part('one', { dispatch: () => ({ lane: 'exec', reason: 'one_says' }) }),
      part('two', {
        arrive: () => ({ shed: 'two_says' }),
        dispatch: () => ({ lane: 'shed', reason: 'two_says', retryAfterMs: 7000 }),
      }),
    );
    expect(policy.arrive?.(view, load)).toEqual({ shed: 'two_says' });
    expect(policy.dispatch?.(view, load)).toMatchObject({
      lane: 'shed',
      reason: 'two_says',
      retryAfterMs: 7000,
    });
  });

  test('the first lane and priority, the lesser limit and the shorter wait hold', () => {
    const policy = start(
      part('one', {
        arrive: () => ({ priority: 3, share: 0.5 }),
        dispatch: () => ({ lane: 'exec', reason: 'one_says', warm: true }),
        limit: () => 9,
        queue: () => ({ maxWaitMs: 900 }),
      }),
      part('two', {
        arrive: () => ({ priority: 1 }),
        dispatch: () => ({ lane: 'forward', reason: 'two_says' }),
        limit: () => 4,
        queue: () => ({ order: 'newest-first', maxWaitMs: 400 }),
      }),
    );
    expect(policy.arrive?.(view, load)).toEqual({ priority: 3, share: 0.5 });
    expect(policy.dispatch?.(view, load)).toMatchObject({ lane: 'exec', reason: 'one_says', warm: true });
    expect(policy.limit?.('exec')).toBe(4);
    expect(policy.queue?.()).toEqual({ order: 'newest-first', maxWaitMs: 400 });
  });

  test('has no opinion where no part has one, so that the next in the chain is heard', () => {
    const policy = start(part('one', {}), part('two', { arrive: () => undefined }));
    expect(policy.arrive?.(view, load)).toBeUndefined();
    expect(policy.dispatch?.(view, load)).toBeUndefined();
    expect(policy.limit?.('exec')).toBeUndefined();
  });

  test('explains by part', () => {
    const ground = {
      signal: 'queued',
      value: 1,
      comparison: '>=',
      threshold: 2,
      means: 'it is full',
    } as const;
    const policy = start(part('one', { explain: () => [ground] }), part('two', { explain: () => [ground] }));
    const signals = policy.explain?.(view, load).map(({ signal }) => signal);
    expect(signals).toEqual(['one: queued', 'two: queued']);
  });

  test('tells every part of every outcome, and then that one of them has thrown', () => {
    let heard = 0;
    const failing = () => {
      throw new Error('never mind');
    };
    const policy = start(
      part('one', { outcome: failing, limit: () => 3 }),
      part('two', { outcome: () => void heard++ }),
    );
    const outcome = {
      lane: 'exec',
      result: 'served',
      waitMs: 0,
      firstByteMs: 1,
      busyMs: 1,
      totalMs: 1,
      inflight: 1,
    } as const;
    expect(() => policy.outcome?.(outcome, view)).toThrow('one failed at outcome');
    expect(heard).toBe(1);
    expect(policy.limit?.('exec')).toBeLessThanOrEqual(3);
  });
});

describe('a composed policy has what its parts have', () => {
  const whole = { kind: 'integer', default: 1, unit: 'requests', meaning: 'A number.' } as const;

  test('parameters, signals and reasons; each part is given its own', () => {
    let given: unknown;
    const taking = (key: string) =>
      part(
        key,
        {},
        {
          parameters: { [key]: whole },
          create: ({ parameters }) => {
            if (key === 'two') given = parameters;
            return {};
          },
        },
      );
    const both = compose(taking('one'), taking('two'));
    expect(Object.keys(both.parameters)).toEqual(['one', 'two']);
    expect([both.signals, both.reasons]).toEqual([['queued'], ['one_says', 'two_says']]);
    startPolicy(both, new VirtualClock(), { two: 5 } as never);
    expect(given).toEqual({ two: 5 });
    expect([partsOf(both), partsOf(taking('one'))]).toEqual([['one', 'two'], undefined]);
  });

  test.each<[string, () => PolicyDefinition, string]>([
    ['a reason', () => compose(part('one', {}), part('two', {}, { reasons: ['one_says'] })), 'one_says'],
    [
      'a parameter',
      () => compose(...['one', 'two'].map((name) => part(name, {}, { parameters: { most: whole } }))),
      'most',
    ],
  ])('never %s of two parts by one name', (_what, make, name) => {
    expect(make).toThrow(`both: expected one part with ${name}, found two`);
  });
});

describe('what auto has learned', () => {
  const clock = new VirtualClock(100_000);
  const learned = {
    threshold: { atMs: 90_000, lastBusyMs: 80_000, busy: 0.5, shed: 0.25, drowning: false },
    gradient: { exec: { limit: 7.5, usualMs: 12 }, forward: { limit: null, usualMs: null } },
  };
  const chain = (names: readonly string[], saved: Readonly<Record<string, Snapshot>>) =>
    createPolicyChain(
      names.map((name) => {
        const definition = builtInPolicies.get(name)!;
        const checked = checkParameters(definition.parameters, {});
        if (!checked.ok) throw new Error(name);
        return { definition, parameters: checked.values };
      }),
      {
        clock,
        random: seededRandom(1),
        saved,
        onFault: (policy, question, error) => {
          throw new Error(`${policy} ${question}`, { cause: error });
        },
      },
    );

  test('goes on where its parts are written out, and the other way round, as from earlier versions', () => {
    for (const names of [['auto'], ['threshold', 'gradient']]) {
      const next = chain(names, learned);
      expect(next.limit('exec')).toBe(7);
      expect(next.snapshot()).toEqual(learned);
    }
  });

  test.each([[{}], [{ threshold: 'x', gradient: [1] }], [{ auto: 1 }]])('begins anew with %j', (saved) => {
    expect(chain(['auto'], saved as never).limit('exec')).toBe(2);
  });
});
