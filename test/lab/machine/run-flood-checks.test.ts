import { expect, test } from 'vitest';
import type { Policy, PolicyDefinition } from '../../../src/core/policy.ts';
import { runFloodChecks } from '../../../src/lab/machine/run-flood-checks.ts';

const policy = (made: () => Policy): PolicyDefinition => ({
  name: 'mine',
  when: 'A test of the tests.',
  source: 'Our own.',
  parameters: {},
  signals: [],
  reasons: ['so'],
  create: () => made(),
});

const broken = (one: PolicyDefinition) =>
  [...runFloodChecks(one)].flatMap(({ sentence, problem }) =>
    problem === undefined ? [] : [`${sentence}: ${problem}`],
  );

test('a policy that has a small limit keeps all of it, with figures that are the same each time', () => {
  const one = policy(() => ({ limit: () => 4, queue: () => ({ maxWaitMs: 200 }) }));
  expect(broken(one)).toEqual([]);
  expect([...runFloodChecks(one)]).toEqual([...runFloodChecks(one)]);
  expect([...runFloodChecks(one)][2]?.figures).toMatch(
    /^goodput (100|9\d(\.\d)?) % of the capacity, p99 \d+ ms$/,
  );
});

test.each<[string, () => Policy, RegExp]>([
  [
    'refuses who could be served',
    () => ({
      dispatch: (_view, { inflight }) => (inflight.exec > 0 ? { lane: 'shed', reason: 'so' } : undefined),
    }),
    /^refuses at most 5 % at 60 % .*expected at most 5 % refused/m,
  ],
  [
    'lets in what is never worked off',
    () => ({ limit: () => 10_000 }),
    /^answers or refuses every visitor at 10 times .*found \d+ still without one 30 s after/m,
  ],
  [
    'never forgets a flood',
    () => {
      let most = 0;
      return {
        arrive: (_view, { queued }) => {
          most = Math.max(most, queued);
          return most > 20 ? { shed: 'so' } : undefined;
        },
      };
    },
    /^serves everybody again 2 s after 10 times .*expected at most 5 % refused/m,
  ],
  [
    'throws in a flood',
    () => ({
      dispatch: (_view, { queued }) => {
        if (queued > 20) throw new Error('never mind');
        return undefined;
      },
    }),
    /it threw: mine dispatch: never mind/,
  ],
])('a policy that %s is told of it', (_what, made, verdict) => {
  expect(broken(policy(made)).join('\n')).toMatch(verdict);
});
