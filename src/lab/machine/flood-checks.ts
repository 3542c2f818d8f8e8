import fixed from '../../../policies/fixed.ts';
import type { PolicyDefinition } from '../../core/policy.ts';
import { standardPolicyHelpers } from '../../core/standard-policy-helpers.ts';
import { type FloodWork, twelveMs } from './flood-work.ts';
import { machineOf } from './machine-of.ts';
import type { MachineOptions } from './machine-options.ts';
import type { SimulatedAnswer } from './simulated-answer.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

/** What a policy claims beyond the contract that all keep. Its header says the same to the operator. */
export interface FloodClaims {
  /** Share of the machine's capacity that is answered in time at 2, 5 and 10 times the capacity. */
  readonly goodput?: number;
  /** The 99th percentile of what is admitted at 5 times the capacity, as a multiple of that at 60 %. */
  readonly slowdown?: number;
  /** Share of requests refused at 60 % of the capacity, at most. */
  readonly needless?: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface FloodOutcome {
  /** What was measured, in a few words. */
  readonly figures: string;
  /** What was expected instead; nothing where it is kept. */
  readonly problem: string | undefined;
}

export interface FloodCheck {
  readonly sentence: string;
  readonly run: () => FloodOutcome;
}

const PROCESSORS = 2;
/** As many at once as a policy without a limit of its own is given by another one beside it. */
export const LIMIT_BESIDE = 64;

const capacityOf = ({ meanMs }: FloodWork) => (PROCESSORS / meanMs) * 1000;
/** After a step, until the new state is to be reached. */
const settlingMs = ({ meanMs }: FloodWork) => Math.max(2000, 20 * meanMs);
const served = (answers: readonly SimulatedAnswer[]) => answers.filter(({ result }) => result === 'served');
const refusedShare = (answers: readonly SimulatedAnswer[]) =>
  1 - served(answers).length / Math.max(1, answers.length);
const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;

/** How a policy is to behave in the simulated machine, for one sort of work. */
export function floodChecks(
  definition: PolicyDefinition,
  { goodput = 0, needless = 0.01, parameters = {} }: FloodClaims,
  work: FloodWork,
): readonly FloodCheck[] {
  const capacity = capacityOf(work);
  const mostRefused = Math.max(needless, work.bunched ?? 0);
  const machine = machinesOf(definition, parameters, work);
  return [
    {
      sentence: `refuses at most ${percent(mostRefused)} at 60 % of the capacity`,
      run: () => refusing(machine().run(capacity * 0.6, work.forMs), mostRefused),
    },
    ...[2, 5, 10].map((times) => ({
      sentence: `answers or refuses every visitor at ${times} times the capacity`,
      run() {
        const flooded = machine();
        flooded.run(capacity * 0.5, settlingMs(work));
        flooded.run(capacity * times, settlingMs(work));
        const outcome = answering(flooded, work, goodput, () => flooded.run(capacity * times, work.forMs));
        return leftOver(flooded, outcome);
      },
    })),
    ...[2, 10].map((times) => ({
      sentence: `serves everybody again ${settlingMs(work) / 1000} s after ${times} times the capacity`,
      run() {
        const flooded = machine();
        flooded.run(capacity * times, work.forMs / 2);
        flooded.run(capacity * 0.5, settlingMs(work));
        return refusing(flooded.run(capacity * 0.5, work.forMs / 2), mostRefused);
      },
    })),
  ];
}

/** What is to hold beside, with requests of 12 ms: steps, visitors who come back, a neighbour, a machine that measures nothing. */
export function furtherFloodChecks(
  definition: PolicyDefinition,
  { goodput = 0, slowdown = Number.POSITIVE_INFINITY, needless = 0.01, parameters = {} }: FloodClaims,
): readonly FloodCheck[] {
  const work = twelveMs;
  const capacity = capacityOf(work);
  const machine = machinesOf(definition, parameters, work);
  return [
    {
      sentence: 'steps up and down, again and again, and is not the worse for it',
      run() {
        const stepped = machine();
        let worst: readonly SimulatedAnswer[] = [];
        for (let turn = 0; turn < 5; turn += 1) {
          stepped.run(capacity * 6, 2000);
          stepped.run(capacity * 0.3, 2000);
          const calm = stepped.run(capacity * 0.3, 2000);
          if (worst.length === 0 || refusedShare(calm) > refusedShare(worst)) worst = calm;
        }
        return refusing(worst, needless);
      },
    },
    {
      sentence: 'bears that whoever is refused comes back, later and later',
      run() {
        const flooded = machine({ retries: { times: 4, afterMs: 500, backOff: 2 } });
        flooded.run(capacity * 5, 5000);
        const during = answering(flooded, work, goodput, () => flooded.run(capacity * 5, work.forMs));
        flooded.run(capacity * 0.3, 15_000);
        const after = refusing(flooded.run(capacity * 0.3, 5000), needless);
        return {
          figures: `${during.figures}; after it ${after.figures}`,
          problem: during.problem ?? after.problem,
        };
      },
    },
    {
      sentence: 'keeps its half of the processors beside a neighbour who burns both',
      run() {
        const flooded = machine({ neighbours: 2 });
        flooded.run(capacity * 0.25, 2000);
        flooded.run(capacity * 2.5, 2000);
        const outcome = answering(flooded, work, goodput / 2, () => flooded.run(capacity * 2.5, work.forMs));
        return leftOver(flooded, outcome);
      },
    },
    {
      sentence: 'needs nothing that this machine cannot measure',
      run() {
        const blind = machine({ withoutSignals: true });
        blind.run(capacity * 5, 2000);
        return answering(blind, work, goodput, () => blind.run(capacity * 5, work.forMs));
      },
    },
    {
      sentence:
        slowdown === Number.POSITIVE_INFINITY
          ? 'says what admission costs in time at 5 times the capacity'
          : `takes at most ${slowdown} times as long at the 99th percentile for those admitted`,
      run() {
        const usual = percentile99(served(machine().run(capacity * 0.6, 30_000)));
        const flooded = machine();
        flooded.run(capacity * 5, 2000);
        const during = percentile99(served(flooded.run(capacity * 5, 30_000)));
        const times = during / usual;
        return {
          figures: `p99 ${Math.round(during)} ms in the flood, ${Math.round(usual)} ms at 60 %: ${times.toFixed(1)} times`,
          problem: times <= slowdown ? undefined : `expected at most ${slowdown} times as long`,
        };
      },
    },
  ];
}

/** A policy without a limit of its own is not alone in a chain. */
export function hasLimit({ parameters, create }: PolicyDefinition): boolean {
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

function machinesOf(definition: PolicyDefinition, parameters: FloodClaims['parameters'], work: FloodWork) {
  const own = [definition, parameters ?? {}] as const;
  const beside = hasLimit(definition) ? [] : [[fixed, { exec: LIMIT_BESIDE }] as const];
  return (options: Partial<MachineOptions> = {}) =>
    machineOf([own, ...beside], { work: work.draw, processors: PROCESSORS, ...options });
}

function refusing(answers: readonly SimulatedAnswer[], most: number): FloodOutcome {
  const share = refusedShare(answers);
  return {
    figures: `${percent(share)} refused`,
    problem: share <= most ? undefined : `expected at most ${percent(most)} refused`,
  };
}

/** The share of the processor time that went into answers in time: not their number, of which a seed may draw more or less. */
function answering(
  machine: SimulatedMachine,
  { inTimeMs, forMs }: FloodWork,
  least: number,
  run: () => SimulatedAnswer[],
): FloodOutcome {
  const beforeMs = machine.workedMs;
  const answers = served(run());
  const inTime = answers.filter(({ totalMs }) => totalMs <= inTimeMs).length / Math.max(1, answers.length);
  const goodput = ((machine.workedMs - beforeMs) / (PROCESSORS * forMs)) * inTime;
  return {
    figures: `goodput ${percent(goodput)} of the capacity, p99 ${Math.round(percentile99(answers))} ms`,
    problem: goodput >= least ? undefined : `expected a goodput of at least ${percent(least)}`,
  };
}

/** When nobody comes any more, everybody is to have had an answer. */
function leftOver(machine: SimulatedMachine, outcome: FloodOutcome): FloodOutcome {
  machine.run(0, 30_000);
  const open = machine.arrived - machine.answers.length;
  const problem =
    open === 0 ? undefined : `expected an answer for everybody, found ${open} still without one 30 s after`;
  return { figures: outcome.figures, problem: outcome.problem ?? problem };
}

function percentile99(answers: readonly SimulatedAnswer[]): number {
  const times = answers.map(({ totalMs }) => totalMs).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}
