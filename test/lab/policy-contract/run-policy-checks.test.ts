import { describe, expect, test } from 'vitest';
import type { Ground } from '../../../src/core/ground.ts';
import type { Load } from '../../../src/core/load.ts';
import type { Policy, PolicyDefinition, Snapshot } from '../../../src/core/policy.ts';
import type { View } from '../../../src/core/view.ts';
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
      'an explanation that changes what comes later',
      policy(() => restless()),
      /^says on what .*expected to change nothing, so .*"exec":1.* found .*"exec":2/,
    ],
    [
      'an explanation that changes what is learned',
      policy(() => forgetful()),
      /^says on what .*another snapshot once it was asked/,
    ],
    [
      'an explanation that throws',
      policy(() => explained((load) => (load.running === undefined ? never() : []))),
      /^says on what .*it threw: never mind/,
    ],
    [
      'an explanation that is none',
      policy(() => ({ explain: () => 'because' as never })),
      /^says on what .*expected a list of grounds, found "because"/,
    ],
    [
      'a ground of nothing',
      policy(() => explained(() => [{ ...ground, signal: ' ' }])),
      /^says on what .*expected words as signal, found " "/,
    ],
    [
      'a ground without a meaning',
      policy(() => explained(() => [{ ...ground, means: '' }])),
      /^says on what .*expected words as means, found ""/,
    ],
    [
      'a ground that rests on what is not measured',
      policy(() => explained(({ running }) => [{ ...ground, signal: 'running', value: running as number }])),
      /^says on what .*expected a finite value of "running", found (NaN|undefined|Infinity)/,
    ],
    [
      'a ground against no threshold',
      policy(() => explained(() => [{ ...ground, threshold: Number.POSITIVE_INFINITY }])),
      /^says on what .*expected a finite threshold of "queued", found Infinity/,
    ],
    [
      'a ground with an unknown comparison',
      policy(() => explained(() => [{ ...ground, comparison: '=' as never }])),
      /^says on what .*expected one of < <= >= > as comparison of "queued", found "="/,
    ],
    [
      'a shed at the arrival that rests on nothing',
      policy(() => ({ arrive: shedWhileWaiting, explain: () => [{ ...ground, value: 0 }] })),
      /^says on what .*a comparison that holds for the shed so, found .*"value":0/,
    ],
    [
      'a shed at the turn that rests on nothing',
      policy(() => ({
        dispatch: (view, load) =>
          shedWhileWaiting(view, load) === undefined ? undefined : { lane: 'shed', reason: 'so' },
        explain: () => [],
      })),
      /^says on what .*a comparison that holds for the shed so, found no ground at all/,
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

test('a policy that says why it sheds, with what the gateway counts as it is, keeps all of it', () => {
  const why = policy(() => ({
    arrive: shedWhileWaiting,
    explain: (_view, { queued }) => [{ ...ground, value: queued }],
  }));
  expect(broken(why)).toEqual([]);
});

test('a policy that does nothing keeps all of it', () => {
  expect(broken(definition(() => ({})))).toEqual([]);
});

function never(): never {
  throw new Error('never mind');
}

const ground: Ground = {
  signal: 'queued',
  value: 1,
  comparison: '>',
  threshold: 0,
  means: 'somebody waits',
};

function explained(explain: (load: Load) => readonly Ground[]): Policy {
  return { explain: (_view, load) => explain(load) };
}

const shedWhileWaiting = (_view: View, { queued }: Load) => (queued > 0 ? { shed: 'so' } : undefined);

function restless(): Policy {
  let limit = 1;
  return {
    limit: () => limit,
    explain: () => {
      limit = 2;
      return [];
    },
  };
}

function forgetful(): Policy {
  let known = 1;
  return {
    explain: () => {
      known = 0;
      return [];
    },
    snapshot: () => known,
  };
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
