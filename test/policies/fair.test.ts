import { describe, expect, test } from 'vitest';
import fair from '../../policies/fair.ts';
import type { Random } from '../../src/core/random.ts';
import type { View } from '../../src/core/view.ts';
import { SimulatedMachine } from '../../src/lab/machine/simulated-machine.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';
import { createPolicyChain } from '../../src/policy/create-policy-chain.ts';
import { idleLoad } from '../support/idle-load.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { describePolicy } from './policy-contract.ts';
import { startPolicy } from './start-policy.ts';

describePolicy(fair);

type Changes = Parameters<typeof startPolicy<typeof fair.parameters>>[2];

const from = (address: string): View => viewOf({ REMOTE_ADDR: address });

function begin(changes: Changes = {}) {
  const clock = new VirtualClock(1_000_000);
  const policy = startPolicy(fair, clock, changes);
  const isShed = (view: View, waitMs = 0): boolean => {
    clock.advance(1);
    const load = idleLoad({ queued: waitMs > 0 ? 5 : 0, oldestWaitMs: waitMs });
    const arrival = policy.arrive?.(view, load);
    return arrival !== undefined && 'shed' in arrival;
  };
  return {
    clock,
    policy,
    isShed,
    /** How many of so many requests are shed. */
    shedOf: (address: string, requests: number, waitMs = 0) =>
      Array.from({ length: requests }, () => isShed(from(address), waitMs)).filter(Boolean).length,
  };
}

describe('while nobody waits', () => {
  test('anybody may ask for as much as he likes', () => {
    expect(begin().shedOf('192.0.2.1', 5000)).toBe(0);
  });
});

describe('while requests wait', () => {
  test('the heaviest is shed and the light ones are not', () => {
    const { shedOf } = begin();
    shedOf('192.0.2.1', 500);
    shedOf('198.51.100.1', 5);
    expect(shedOf('192.0.2.1', 500, 500)).toBeGreaterThan(400);
    expect(shedOf('198.51.100.1', 5, 500)).toBe(0);
    expect(shedOf('2001:db8::1', 5, 500)).toBe(0);
  });

  test('nobody is shed who has had less than the allowance, however long it lasts', () => {
    const { shedOf, clock } = begin({ allowance: 20 });
    shedOf('192.0.2.1', 300);
    for (let turn = 0; turn < 500; turn += 1) shedOf('192.0.2.1', 10, 1000);
    clock.advance(1);
    expect(shedOf('198.51.100.1', 20, 1000)).toBe(0);
    expect(shedOf('198.51.100.1', 20, 1000)).toBeGreaterThan(15);
  });

  test.each([
    ['IPv4 by /24', '192.0.2.1', '192.0.2.200', '192.0.3.1'],
    ['IPv6 by /56', '2001:db8:0:aa00::1', '2001:db8:0:aaff:1::1', '2001:db8:0:ab00::1'],
    ['IPv4 written as IPv6', '::ffff:192.0.2.1', '192.0.2.9', '::ffff:192.0.3.9'],
  ])('addresses of one range are one visitor: %s', (_name, heavy, neighbour, stranger) => {
    const { shedOf } = begin();
    shedOf(heavy, 1000);
    shedOf(heavy, 1000, 500);
    expect(shedOf(neighbour, 10, 500)).toBe(10);
    expect(shedOf(stranger, 5, 500)).toBe(0);
  });

  test('ranges may be others', () => {
    const { shedOf } = begin({ ipv4_prefix: 32 });
    shedOf('192.0.2.1', 1000);
    shedOf('192.0.2.1', 1000, 500);
    expect(shedOf('192.0.2.2', 5, 500)).toBe(0);
  });

  test('visitors may be told apart by another variable, and who has none is left alone', () => {
    const { isShed, shedOf } = begin({ by: 'REMOTE_USER' });
    const ann = viewOf({ REMOTE_USER: 'ann', REMOTE_ADDR: '192.0.2.1' });
    for (let one = 0; one < 1000; one += 1) isShed(viewOf(ann.entries()));
    const shed = Array.from({ length: 1000 }, () => isShed(viewOf(ann.entries()), 500));
    expect(shed.filter(Boolean).length).toBeGreaterThan(900);
    expect(isShed(viewOf({ REMOTE_USER: 'bob', REMOTE_ADDR: '192.0.2.1' }), 500)).toBe(false);
    expect(shedOf('192.0.2.1', 100, 500)).toBe(0);
  });

  test('requests that take long count more', () => {
    const { policy, shedOf, clock } = begin({ allowance: 30 });
    const end = (view: View, busyMs: number) =>
      policy.outcome?.(
        { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 1, busyMs, totalMs: busyMs, inflight: 1 },
        view,
      );
    for (let one = 0; one < 100; one += 1) end(from('203.0.113.1'), 10);
    shedOf('192.0.2.1', 20);
    for (let one = 0; one < 20; one += 1) end(from('192.0.2.1'), 100);
    shedOf('198.51.100.1', 20);
    for (let one = 0; one < 20; one += 1) end(from('198.51.100.1'), 10);
    for (let turn = 0; turn < 50; turn += 1) {
      clock.advance(50);
      shedOf('203.0.113.1', 1, 1000);
    }
    expect(shedOf('192.0.2.1', 1, 1000)).toBe(1);
    expect(shedOf('198.51.100.1', 1, 1000)).toBe(0);
  });

  test('a visitor who is shed is asked back later the more he has had', () => {
    const { policy, shedOf } = begin();
    shedOf('192.0.2.1', 5000);
    shedOf('198.51.100.1', 60);
    for (let one = 0; one < 8000; one += 1) shedOf('203.0.113.1', 1, 500);
    const load = idleLoad({ queued: 5, oldestWaitMs: 500 });
    const backMs = (address: string) => {
      const arrival = policy.arrive?.(from(address), load);
      return arrival !== undefined && 'shed' in arrival ? (arrival.retryAfterMs ?? 0) : 0;
    };
    expect(backMs('192.0.2.1')).toBeGreaterThan(backMs('198.51.100.1') + 10_000);
    expect(backMs('198.51.100.1')).toBeGreaterThanOrEqual(1000);
    expect(backMs('192.0.2.1')).toBeLessThanOrEqual(60_000);
  });

  test('says on what a shed rests', () => {
    const { policy, shedOf } = begin({ allowance: 20 });
    shedOf('192.0.2.1', 300);
    for (let turn = 0; turn < 500; turn += 1) shedOf('192.0.2.1', 10, 1000);
    const load = idleLoad({ queued: 5, oldestWaitMs: 500 });
    const view = from('192.0.2.1');
    expect(policy.arrive?.(view, load)).toMatchObject({ shed: 'over_fair_share' });
    expect(policy.explain?.(view, load)).toMatchObject([
      { value: 500, comparison: '>', threshold: 5, parameter: 'wait' },
      { signal: 'queued', value: 5, comparison: '>', threshold: 0 },
      {
        visitor: '192.0.2.0/24',
        value: expect.any(Number),
        comparison: '>=',
        threshold: 20,
        parameter: 'allowance',
      },
    ]);
  });

  test('to ask twice about one request counts it once', () => {
    const { policy, clock } = begin();
    const load = idleLoad({ queued: 5, oldestWaitMs: 500 });
    for (let one = 0; one < 10; one += 1) {
      clock.advance(1);
      const view = from('192.0.2.1');
      const answers = Array.from({ length: 5 }, () => policy.arrive?.(view, load));
      expect(answers).toEqual(Array.from({ length: 5 }, () => undefined));
    }
  });
});

test('takes no more memory for a million addresses than for one, and still knows the heavy one', () => {
  const { policy, isShed, shedOf } = begin();
  const random = seededRandom(5);
  for (let one = 0; one < 200_000; one += 1) {
    const address = `${1 + Math.floor(random() * 220)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.1`;
    isShed(from(one % 2 === 0 ? '192.0.2.1' : address));
  }
  expect(JSON.stringify(policy.snapshot?.()).length).toBeLessThan(10_000);
  shedOf('192.0.2.1', 3000, 500);
  expect(shedOf('192.0.2.1', 100, 500)).toBe(100);
});

test('a new instance goes on where the old one was', () => {
  const clock = new VirtualClock(5000);
  const load = idleLoad({ queued: 5, oldestWaitMs: 500 });
  const old = startPolicy(fair, clock);
  for (let one = 0; one < 500; one += 1) {
    clock.advance(1);
    old.arrive?.(from('192.0.2.1'), idleLoad());
  }
  const next = startPolicy(fair, clock, {}, JSON.parse(JSON.stringify(old.snapshot?.())));
  let shed = 0;
  for (let one = 0; one < 500; one += 1) {
    clock.advance(2);
    const arrival = next.arrive?.(from('192.0.2.1'), load);
    if (arrival !== undefined && 'shed' in arrival) shed += 1;
  }
  expect(shed).toBeGreaterThan(200);
});

describe('on a simulated machine, where one network asks for five times the capacity and twenty others for a third of it', () => {
  const HEAVY = from('192.0.2.1');
  const light = Array.from({ length: 20 }, (_, one) => from(`198.51.${one}.1`));

  function run(names: readonly string[], heavyPart: number, ratePerSecond: number) {
    const clock = new VirtualClock();
    const random = seededRandom(7);
    const configured = names.map((name) => {
      const definition = builtInPolicies.get(name);
      const checked = definition && checkParameters(definition.parameters, {});
      if (definition === undefined || !checked?.ok) throw new Error(`no policy ${name}`);
      return { definition, parameters: checked.values };
    });
    const onFault = (policy: string, question: string, error: unknown) => {
      throw new Error(`${policy} ${question}: ${error}`);
    };
    const chain = createPolicyChain(configured, { clock, random, onFault });
    const view = (chance: Random) =>
      chance() < heavyPart
        ? viewOf(HEAVY.entries())
        : viewOf((light[Math.floor(chance() * light.length)] ?? HEAVY).entries());
    const machine = new SimulatedMachine({ clock, random, chain, processors: 2, work: () => 12, view });
    machine.run(ratePerSecond, 10_000);
    const answers = machine.run(ratePerSecond, 30_000);
    const isLight = ({ view: asked }: { readonly view: View }) => asked.meta('REMOTE_ADDR') !== '192.0.2.1';
    const lightOnes = answers.filter(isLight);
    return {
      lightServed: lightOnes.filter(({ result }) => result === 'served').length / lightOnes.length,
      served: answers.filter(({ result }) => result === 'served').length / 30,
    };
  }

  const RATE = (5 + 1 / 3) * 167;
  const HEAVY_PART = 5 / (5 + 1 / 3);

  test('the others are served nearly as if it were not there', () => {
    const without = run(['threshold', 'gradient'], HEAVY_PART, RATE);
    const withFair = run(['fair', 'threshold', 'gradient'], HEAVY_PART, RATE);
    expect(without.lightServed).toBeLessThan(0.5);
    expect(withFair.lightServed).toBeGreaterThan(0.97);
  });

  test('and the machine stays fully used', () => {
    expect(run(['fair', 'threshold', 'gradient'], HEAVY_PART, RATE).served).toBeGreaterThan(167 * 0.95);
  });
});
