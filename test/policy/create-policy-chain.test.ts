import { describe, expect, test } from 'vitest';
import type { PolicyDefinition, Snapshot } from '../../src/core/policy.ts';
import { createPolicyChain } from '../../src/policy/create-policy-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function definition(create: PolicyDefinition['create']): PolicyDefinition {
  return {
    name: 'mine',
    when: 'A test.',
    source: 'None.',
    parameters: {},
    signals: [],
    reasons: ['so'],
    create,
  };
}

function chainOf(create: PolicyDefinition['create'], saved?: Record<string, Snapshot>) {
  const faults: string[] = [];
  const chain = createPolicyChain([{ definition: definition(create), parameters: { most: 5 } }], {
    clock: new VirtualClock(),
    random: seededRandom(1),
    onFault: (name, question) => faults.push(`${name} ${question}`),
    ...(saved && { saved }),
  });
  return { chain, faults };
}

describe('making a chain', () => {
  test('gives each policy its parameters and what it saved', () => {
    let given: unknown[] = [];
    const { chain } = chainOf(
      ({ parameters, saved }) => {
        given = [parameters, saved];
        return { snapshot: () => 'next' };
      },
      { mine: 'last', other: 'not mine' },
    );
    expect(given).toEqual([{ most: 5 }, 'last']);
    expect(chain.snapshot()).toEqual({ mine: 'next' });
  });

  test('begins anew where a policy stumbles over what it saved', () => {
    const { chain, faults } = chainOf(
      ({ saved }) => {
        if (saved !== undefined) throw new Error('not readable');
        return { limit: () => 3 };
      },
      { mine: 'broken' },
    );
    expect(chain.limit('exec')).toBe(3);
    expect(faults).toEqual(['mine create']);
  });

  test('puts the fail-safe in the place of a policy that cannot be made', () => {
    const { chain, faults } = chainOf(() => {
      throw new Error('a slip');
    });
    expect(chain.dispatch(viewOf(), idleLoad())).toEqual({
      lane: 'exec',
      policy: 'failsafe',
      reason: 'policy_fault',
    });
    expect(chain.limit('exec')).toBe(4);
    expect(faults[0]).toBe('mine create');
  });
});
