import { describe, expect, test } from 'vitest';
import fixed from '../../policies/fixed.ts';
import type { PolicyDefinition } from '../../src/core/policy.ts';
import type { Random } from '../../src/core/random.ts';
import { standardPolicyHelpers } from '../../src/core/standard-policy-helpers.ts';
import { machineOf } from './machine-of.ts';
import type { MachineOptions, SimulatedAnswer, SimulatedMachine } from './simulated-machine.ts';

/** What a policy claims beyond the contract that all keep. Its header says the same to the operator. */
export interface MachineClaims {
  /** Share of the machine's capacity that is answered in time at 2, 5 and 10 times the capacity. */
  readonly goodput?: number;
  /** The 99th percentile of what is admitted at 5 times the capacity, as a multiple of that at 60 %. */
  readonly slowdown?: number;
  /** Share of requests refused at 60 % of the capacity, at most. */
  readonly needless?: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

interface Work {
  readonly name: string;
  readonly meanMs: number;
  /** An answer after this is of no use: a second, or twice the slow page. */
  readonly inTimeMs: number;
  readonly forMs: number;
  /** Share of requests that may be refused although there is room on the average: slow pages come in bunches. */
  readonly bunched?: number;
  readonly draw: (random: Random) => number;
}

const PROCESSORS = 2;
const exponential = (meanMs: number) => (random: Random) => -Math.log(1 - random()) * meanMs;
const twelve: Work = {
  name: '12 ms, exponential',
  meanMs: 12,
  inTimeMs: 1000,
  forMs: 12_000,
  draw: exponential(12),
};
const works: readonly Work[] = [
  { name: '1 ms, exponential', meanMs: 1, inTimeMs: 1000, forMs: 3000, draw: exponential(1) },
  twelve,
  { ...twelve, name: '12 ms, always the same', draw: () => 12 },
  { name: '100 ms, exponential', meanMs: 100, inTimeMs: 2000, forMs: 40_000, draw: exponential(100) },
  {
    name: '10 ms, and every twentieth 500 ms',
    meanMs: 34.5,
    inTimeMs: 2000,
    forMs: 30_000,
    bunched: 0.1,
    draw: (random) => (random() < 0.95 ? 10 : 500),
  },
];

const capacityOf = ({ meanMs }: Work) => (PROCESSORS / meanMs) * 1000;
/** After a step, until the new state is to be reached. */
const settlingMs = ({ meanMs }: Work) => Math.max(2000, 20 * meanMs);
const served = (answers: readonly SimulatedAnswer[]) => answers.filter(({ result }) => result === 'served');

function percentile99(answers: readonly SimulatedAnswer[]): number {
  const times = answers.map(({ totalMs }) => totalMs).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}

/** Share of the machine's processor time that went into answers in time: not their number, of which a seed may draw more or less. */
function goodputOf(
  machine: SimulatedMachine,
  { inTimeMs, forMs }: Work,
  run: () => SimulatedAnswer[],
): number {
  const beforeMs = machine.workedMs;
  const answers = served(run());
  const inTime = answers.filter(({ totalMs }) => totalMs <= inTimeMs).length / Math.max(1, answers.length);
  return ((machine.workedMs - beforeMs) / (PROCESSORS * forMs)) * inTime;
}

/** How every policy behaves in the simulated machine; part of the contract. */
export function describeInMachine(
  definition: PolicyDefinition,
  { goodput, slowdown, needless = 0.01, parameters = {} }: MachineClaims,
): void {
  const limits = hasLimit(definition) ? [] : [[fixed, { exec: 64 }] as const];
  const machine = (work: Work, options: Partial<MachineOptions> = {}, seed = 1) =>
    machineOf([[definition, parameters], ...limits], { work: work.draw, ...options }, seed);

  describe(`${definition.name} in a simulated machine`, () => {
    describe.each(works.map((work) => [work.name, work] as const))('requests of %s', (_name, work) => {
      const capacity = capacityOf(work);

      test('refuses hardly anybody at 60 % of the capacity', () => {
        const answers = machine(work).run(capacity * 0.6, work.forMs);
        expect(1 - served(answers).length / answers.length).toBeLessThanOrEqual(
          Math.max(needless, work.bunched ?? 0),
        );
      });

      test.each([2, 5, 10])('answers or refuses every visitor at %d times the capacity', (times) => {
        const flooded = machine(work);
        flooded.run(capacity * 0.5, settlingMs(work));
        flooded.run(capacity * times, settlingMs(work));
        const share = goodputOf(flooded, work, () => flooded.run(capacity * times, work.forMs));
        if (goodput !== undefined) expect(share).toBeGreaterThanOrEqual(goodput);
        flooded.run(0, 30_000);
        expect(flooded.inflight).toBe(0);
        expect(flooded.answers.length).toBe(flooded.arrived);
      });

      test.each([2, 10])('serves everybody again soon after %d times the capacity', (times) => {
        const flooded = machine(work);
        flooded.run(capacity * times, work.forMs / 2);
        flooded.run(capacity * 0.5, settlingMs(work));
        const after = flooded.run(capacity * 0.5, work.forMs / 2);
        expect(1 - served(after).length / after.length).toBeLessThanOrEqual(
          Math.max(needless, work.bunched ?? 0),
        );
      });
    });

    test('steps up and down, again and again, and is not the worse for it', () => {
      const stepped = machine(twelve);
      const capacity = capacityOf(twelve);
      for (let turn = 0; turn < 5; turn += 1) {
        stepped.run(capacity * 6, 2000);
        stepped.run(capacity * 0.3, 2000);
        const calm = stepped.run(capacity * 0.3, 2000);
        expect(1 - served(calm).length / calm.length).toBeLessThanOrEqual(needless);
      }
    });

    test('bears that whoever is refused comes back, later and later', () => {
      const flooded = machine(twelve, { retries: { times: 4, afterMs: 500, backOff: 2 } });
      const capacity = capacityOf(twelve);
      flooded.run(capacity * 5, 5000);
      const share = goodputOf(flooded, twelve, () => flooded.run(capacity * 5, twelve.forMs));
      if (goodput !== undefined) expect(share).toBeGreaterThanOrEqual(goodput);
      flooded.run(capacity * 0.3, 15_000);
      const after = flooded.run(capacity * 0.3, 5000);
      expect(1 - served(after).length / after.length).toBeLessThanOrEqual(needless);
    });

    test('keeps its half of the processors beside a neighbour who burns both', () => {
      const flooded = machine(twelve, { neighbours: 2 });
      const capacity = capacityOf(twelve) / 2;
      flooded.run(capacity * 0.5, 2000);
      flooded.run(capacity * 5, 2000);
      const share = goodputOf(flooded, twelve, () => flooded.run(capacity * 5, twelve.forMs));
      if (goodput !== undefined) expect(share).toBeGreaterThanOrEqual(goodput / 2);
      flooded.run(0, 30_000);
      expect(flooded.answers.length).toBe(flooded.arrived);
    });

    test('needs nothing that this machine cannot measure', () => {
      const blind = machine(twelve, { withoutSignals: true });
      const capacity = capacityOf(twelve);
      blind.run(capacity * 5, 2000);
      const share = goodputOf(blind, twelve, () => blind.run(capacity * 5, twelve.forMs));
      if (goodput !== undefined) expect(share).toBeGreaterThanOrEqual(goodput);
    });

    if (slowdown === undefined) return;
    test(`takes at most ${slowdown} times as long at the 99th percentile for those admitted`, () => {
      const capacity = capacityOf(twelve);
      const usual = percentile99(served(machine(twelve).run(capacity * 0.6, 30_000)));
      const flooded = machine(twelve);
      flooded.run(capacity * 5, 2000);
      const during = percentile99(served(flooded.run(capacity * 5, 30_000)));
      expect(during).toBeLessThanOrEqual(usual * slowdown);
    });
  });
}

/** A policy without a limit of its own is not alone in a chain. */
function hasLimit({ parameters, create }: PolicyDefinition): boolean {
  const defaults = Object.entries(parameters).map(([key, { default: value }]) => [key, value]);
  const made = create({
    parameters: Object.fromEntries(defaults),
    clock: { now: () => 0 },
    random: () => 0,
    helpers: standardPolicyHelpers,
    saved: undefined,
  });
  return made.limit !== undefined;
}
