/** What one request costs in the default chain. Run: `bun test/bench/policy-chain.ts`. Goal: under 1 microsecond. */
import type { Outcome } from '../../src/core/outcome.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';
import { createPolicyChain } from '../../src/policy/create-policy-chain.ts';
import { defaultChain } from '../../src/policy/default-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';

const ROUNDS = 1_000_000;

const chain = createPolicyChain(
  defaultChain.flatMap(({ name, parameters }) => {
    const definition = builtInPolicies.get(name);
    const checked = definition && checkParameters(definition.parameters, parameters);
    return definition && checked?.ok ? [{ definition, parameters: checked.values }] : [];
  }),
  {
    clock: { now: () => performance.now() },
    random: Math.random,
    onFault: (policy, question, error) => {
      throw new Error(`${policy} ${question}`, { cause: error });
    },
  },
);
const view = viewOf();
const quiet = idleLoad({ inflight: { exec: 1, forward: 0 }, running: 1, loadAverage: 1 });
const drowning = idleLoad({ inflight: { exec: 4, forward: 0 }, running: 20, loadAverage: 20 });
const outcome: Outcome = {
  lane: 'exec',
  result: 'served',
  waitMs: 0,
  firstByteMs: 10,
  busyMs: 12,
  totalMs: 12,
  inflight: 2,
};

function measure(name: string, round: () => void): void {
  for (let warm = 0; warm < ROUNDS / 10; warm += 1) round();
  const startMs = performance.now();
  for (let done = 0; done < ROUNDS; done += 1) round();
  process.stdout.write(`${name}: ${(((performance.now() - startMs) / ROUNDS) * 1e6).toFixed(0)} ns\n`);
}

measure('arrive, dispatch and outcome', () => {
  chain.arrive(view, quiet);
  chain.dispatch(view, quiet);
  chain.outcome(outcome, view);
});
measure('the numbers asked after it (both limits and the queue)', () => {
  chain.limit('exec');
  chain.limit('forward');
  chain.queueDiscipline();
});
measure('a shed at arrival', () => {
  chain.arrive(view, drowning);
});
