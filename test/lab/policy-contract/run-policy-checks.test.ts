import { describe, expect, test } from 'vitest';
import type { Policy, PolicyDefinition, Snapshot } from '../../../src/core/policy.ts';
import { runPolicyChecks } from '../../../src/lab/policy-contract/run-policy-checks.ts';

const definition = (create: PolicyDefinition['create'], changes: Partial<PolicyDefinition> = {}) =>
  ({
    name: 'mine',
    when: 'A test of the tests.',
    source: 'Our own.',
    parameters: {},
    signals: [],
    reasons: ['so'],
    create,
    ...changes,
  }) satisfies PolicyDefinition;

const policy = (made: () => Policy) => definition(() => made());

/** The checks that are broken, each with what was seen. */
function broken(one: PolicyDefinition): string[] {
  return [...runPolicyChecks(one)].flatMap(({ sentence, problem }) =>
    problem === undefined ? [] : [`${sentence}: ${problem}`],
  );
}

let calls = 0;
const heard: string[] = [];

describe('a policy that breaks the contract is told of it', () => {
  test.each<[string, PolicyDefinition, RegExp]>([
    [
      'no full stop',
      definition(() => ({}), { when: 'A test of the tests' }),
      /^is a definition .* as when, found "A test/,
    ],
    [
      'a definition that is none',
      definition(() => ({}), { signals: ['queue' as never] }),
      /^is a definition .*did you mean queued/,
    ],
    [
      'an undeclared reason',
      policy(() => ({ arrive: () => ({ shed: 'because' }) })),
      /^answers any load .*declared reason, found "because", asked with processors/,
    ],
    [
      'a lane that is not there',
      policy(() => ({ dispatch: () => ({ lane: 'exec', reason: 'so' }) })),
      /^answers any load .*lane of the application \(forward\), found exec/,
    ],
    [
      'a limit of nothing',
      policy(() => ({ limit: () => 0 })),
      /^answers any load .*whole number from 1 to 10000 in the lane exec, found 0/,
    ],
    ['a limit without bound', policy(() => ({ limit: () => 1e9 })), /^answers any load .*found 1000000000/],
    [
      'a share of more than all',
      policy(() => ({ arrive: () => ({ priority: 1, share: 2 }) })),
      /^answers any load .*share from 0 to 1, found 2/,
    ],
    [
      'a promise',
      policy(() => ({ arrive: (async () => undefined) as never })),
      /^answers any load .*found a promise/,
    ],
    [
      'an exception',
      policy(() => ({ arrive: (_view, load) => (load.queued > 50 ? never() : undefined) })),
      /^answers any load .*it threw: never mind/,
    ],
    [
      'a state outside of the instance',
      policy(() => ({ limit: () => 1 + (calls++ % 7) })),
      /^gives the same answers to the same/,
    ],
    [
      'a lane that changes by asking',
      policy(() => flipping()),
      /^gives the same lane when it is asked twice/,
    ],
    [
      'no end of shedding',
      policy(() => ({ arrive: () => ({ shed: 'so' }) })),
      /^sheds nobody any more 5 seconds after .*arrive still sheds: so/,
    ],
    [
      'a limit that stays low',
      policy(() => collapsing()),
      /^has no limit that stays low .*found 10 before, 1 during and 1 after/,
    ],
    [
      'a state that is not taken back',
      policy(() => ({ snapshot: () => ++calls })),
      /^hands on what it has learned/,
    ],
    [
      'a state without bound',
      policy(() => ({ snapshot: () => 'x'.repeat(20_000) })),
      /^hands on .*at most 10000 bytes, found 20002/,
    ],
    [
      'a stumble over a saved state',
      definition(({ saved }) => ({ limit: () => limitOf(saved) })),
      /^begins with any saved state.* it threw: undefined is not/,
    ],
    [
      'memory for each visitor',
      policy(() => ({
        arrive: (view) => void heard.push(`${view.meta('REMOTE_ADDR')}`.repeat(40).toUpperCase()),
      })),
      /^keeps its memory bounded, .* bytes for each/,
    ],
    [
      'a decision that costs too much',
      policy(() => ({ dispatch: () => void slowly() })),
      /^costs less than 1 µs .*found \d+ ns/,
    ],
  ])('%s', (_what, one, verdict) => {
    expect(broken(one).join('\n')).toMatch(new RegExp(verdict.source, 'm'));
    heard.length = 0;
  });
});

test('a policy that does nothing keeps all of it', () => {
  expect(broken(definition(() => ({})))).toEqual([]);
});

function never(): never {
  throw new Error('never mind');
}

function flipping(): Policy {
  let asked = 0;
  return {
    dispatch: (_view, { lanes }) =>
      ++asked % 2 === 0 ? { lane: lanes[0] ?? 'exec', reason: 'so' } : { lane: 'shed', reason: 'so' },
  };
}

function collapsing(): Policy {
  let limit = 10;
  return {
    limit: () => limit,
    outcome: ({ result }) => {
      if (result === 'failed') limit = 1;
    },
  };
}

function limitOf(saved: Snapshot | undefined): number {
  return saved === undefined ? 1 : (saved as { readonly limit: { readonly most: number } }).limit.most;
}

function slowly(): number {
  let sum = 0;
  for (let step = 0; step < 2000; step += 1) sum += Math.sqrt(step);
  return sum;
}
