import { describe, expect, test } from 'vitest';
import { machineOf } from '../../src/lab/machine/machine-of.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { partsOf } from '../../src/policy/composed-policy.ts';
import { defaultChain } from '../../src/policy/default-chain.ts';
import { describePolicy } from './policy-contract.ts';

const auto = builtInPolicies.get('auto')!;

describePolicy(auto, { goodput: 0.95, slowdown: 2 });

test('auto is the default, and composed of others that come with Spillway', () => {
  expect(defaultChain).toEqual([{ name: 'auto', parameters: {} }]);
  expect(partsOf(auto)).toEqual(['threshold', 'gradient']);
});

describe('auto with both lanes, when visitors come at five times what programs can answer', () => {
  const PROGRAM_MS = 12;
  const CAPACITY = (2 / PROGRAM_MS) * 1000;

  function stepTo(bootMs: number) {
    const machine = machineOf([auto], {
      work: () => PROGRAM_MS,
      daemon: { bootMs, work: () => 1.5 },
      queueMax: 512,
      queueTimeoutMs: 5000,
    });
    machine.run(CAPACITY * 0.1, 5000);
    expect(machine.daemon).toBe('down');
    const meanwhile = machine.run(CAPACITY * 5, bootMs);
    return { machine, meanwhile, askedMs: (machine.daemonAskedMs ?? Number.NaN) - 5000 };
  }

  test.each([200, 500])(
    'keeps nearly everybody who comes while it needs %d ms to get up, and answers in time',
    (bootMs) => {
      const { machine, meanwhile } = stepTo(bootMs);
      const visits = [...meanwhile, ...machine.run(CAPACITY * 5, 500), ...machine.run(1, 3000)];
      const unlucky = visits.filter(({ decision, totalMs }) => decision.lane === 'shed' || totalMs > 1000);
      expect(unlucky.length / visits.length).toBeLessThanOrEqual(0.02);
    },
  );

  describe.each([200, 500, 2000])('and a daemon that needs %d ms to get up', (bootMs) => {
    const step = () => stepTo(bootMs);

    test('has it asked for within 200 ms', () => {
      expect(step().askedMs).toBeLessThanOrEqual(200);
    });

    test('carries on with programs meanwhile, both processors busy', () => {
      const served = step().meanwhile.filter(({ decision }) => decision.lane === 'exec');
      expect(served.length).toBeGreaterThanOrEqual((CAPACITY * bootMs * 0.9) / 1000);
      expect(served.every(({ decision: { policy } }) => policy === 'auto')).toBe(true);
      expect(served.some(({ decision: { reason } }) => reason === 'daemon_starting')).toBe(true);
    });

    test('uses it as soon as it is up, and sheds nobody from then on', () => {
      const { machine, askedMs } = step();
      machine.run(CAPACITY * 5, askedMs + 100);
      const after = machine.run(CAPACITY * 5, 5000);
      const forwarded = after.filter(
        ({ decision }) => decision.lane === 'forward' && decision.reason === 'busy',
      );
      expect(forwarded.length / after.length).toBeGreaterThan(0.99);
      expect(after.filter(({ totalMs }) => totalMs > 1000)).toEqual([]);
    });
  });
});
