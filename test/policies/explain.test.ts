import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ground } from '../../src/core/ground.ts';
import type { Load } from '../../src/core/load.ts';
import type { PolicyDefinition } from '../../src/core/policy.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { standardPolicyHelpers } from '../../src/core/standard-policy-helpers.ts';
import { randomRequests } from '../../src/lab/policy-contract/random-request.ts';
import { Trial } from '../../src/lab/policy-contract/trial.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { checkedGrounds } from '../../src/policy/checked-grounds.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const view = viewOf();
const holds = ({ value, comparison, threshold }: Ground): boolean =>
  comparison === '>=' ? value >= threshold : value < threshold;
const ALL = [...builtInPolicies.keys()];

function policyOf(name: string, parameters = {}) {
  const definition = builtInPolicies.get(name) as PolicyDefinition;
  const defaults = Object.entries(definition.parameters).map(([key, { default: value }]) => [key, value]);
  const clock = new VirtualClock(1_000_000);
  const policy = definition.create({
    parameters: { ...Object.fromEntries(defaults), ...parameters },
    clock,
    random: seededRandom(1),
    helpers: standardPolicyHelpers,
    saved: undefined,
  });
  const grounds = (load: Load): Ground[] => [...checkedGrounds(policy.explain?.(view, load) ?? [])];
  return { policy, clock, grounds };
}

const anyLoad = fc.record({
  running: fc.nat(30),
  loadAverage: fc.double({ min: 0, max: 30, noNaN: true }),
  cpuPressure: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  queued: fc.nat(20),
  exec: fc.nat(20),
  daemon: fc.constantFrom('up' as const, 'down' as const, 'starting' as const),
});

test('threshold sheds exactly when its grounds say that the machine drowns, by this application, and that somebody suffers', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyLoad, fc.nat(2000)), { minLength: 1, maxLength: 30 }), (steps) => {
      const { policy, clock, grounds } = policyOf('threshold');
      for (const [{ exec, ...changes }, passMs] of steps) {
        clock.advance(passMs);
        const load = idleLoad({ ...changes, inflight: { exec, forward: 0 } });
        const answer = policy.dispatch?.(view, load);
        const said = grounds(load);
        const of = (parameter: string) => said.find((ground) => ground.parameter === parameter);
        const drowns = holds(of('shed') as Ground);
        const pressure = of('pressure');
        const spares = of('spares');
        const others = [spares, pressure].every((ground) => ground === undefined || holds(ground));
        expect(answer?.lane === 'shed').toBe(drowns && others);
        if (answer?.lane === 'shed') continue;
        if (load.daemon === 'up') {
          const busy = holds(of('start') as Ground);
          const needed = of('quiet_after');
          expect(answer?.reason).toBe(busy ? 'busy' : needed && holds(needed) ? 'daemon_up' : 'quiet');
        } else expect(answer?.reason === 'quiet').toBe(!holds(of('start') as Ground));
      }
    }),
  );
});

test.each(ALL)('to ask %s for its grounds changes nothing', (name) => {
  const [asked, left] = [policyOf(name), policyOf(name)];
  const random = seededRandom(7);
  for (let step = 0; step < 200; step += 1) {
    const load = idleLoad({
      running: Math.floor(random() * 20),
      inflight: { exec: Math.floor(random() * 10), forward: 0 },
    });
    for (const { policy, clock } of [asked, left]) {
      clock.advance(50);
      policy.arrive?.(view, load);
    }
    asked.grounds(load);
    expect(asked.policy.dispatch?.(view, load)).toEqual(left.policy.dispatch?.(view, load));
  }
  expect(asked.policy.snapshot?.()).toEqual(left.policy.snapshot?.());
});

const GUARDED = ['threshold', 'aimd', 'vegas', 'controlled-delay', 'load-guard', 'pid', 'priority', 'fair'];

test.each(GUARDED)('%s tells finite numbers, whatever is measured', (name) => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const trial = new Trial(builtInPolicies.get(name) as PolicyDefinition);
    for (const request of randomRequests(seededRandom(seed))) {
      const { arrivalGrounds, dispatchGrounds } = trial.askWhy(request);
      // Throws where a number is none.
      for (const grounds of [arrivalGrounds, dispatchGrounds])
        expect(checkedGrounds(grounds ?? [])).toEqual(grounds);
    }
  }
});

test.each(ALL)('%s says on what its answers rest', (name) => {
  const { policy, grounds } = policyOf(name);
  const load = idleLoad();
  policy.arrive?.(view, load);
  policy.dispatch?.(view, load);
  expect(grounds(load)).not.toEqual([]);
});

test.each(['fixed', 'gradient', 'aimd', 'vegas', 'controlled-delay', 'pid'])(
  '%s tells its limit as the threshold of each lane',
  (name) => {
    const { policy, grounds } = policyOf(name, name === 'fixed' ? { exec: 3, forward: 9 } : {});
    const load = idleLoad({ inflight: { exec: 3, forward: 1 } });
    policy.dispatch?.(view, load);
    for (const lane of ['exec', 'forward'] as const) {
      expect(grounds(load).find(({ signal }) => signal === `inflight.${lane}`)).toMatchObject({
        value: load.inflight[lane],
        comparison: '>=',
        threshold: policy.limit?.(lane),
      });
    }
  },
);
