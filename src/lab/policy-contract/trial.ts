import type { Load } from '../../core/load.ts';
import type {
  Arrival,
  Dispatch,
  Policy,
  PolicyDefinition,
  QueueDiscipline,
  Snapshot,
} from '../../core/policy.ts';
import { seededRandom } from '../../core/seeded-random.ts';
import { standardPolicyHelpers } from '../../core/standard-policy-helpers.ts';
import { checkParameters } from '../../policy/check-parameters.ts';
import { answerProblem } from './answer-problem.ts';
import type { RandomRequest } from './random-request.ts';

export interface TrialAnswer {
  readonly arrival: Arrival | undefined;
  readonly dispatch: Dispatch | undefined;
  readonly limits: { readonly exec: number | undefined; readonly forward: number | undefined };
  readonly queue: QueueDiscipline | undefined;
}

/** A policy with its defaults, at work under a clock that moves only when told to. */
export class Trial {
  readonly policy: Policy;
  #nowMs: number;

  constructor(definition: PolicyDefinition, saved?: Snapshot, startMs = 0) {
    this.#nowMs = startMs;
    const checked = checkParameters(definition.parameters, {});
    if (!checked.ok) throw new Error('expected the defaults of the parameters to be right');
    this.policy = definition.create({
      parameters: checked.values as never,
      clock: { now: () => this.#nowMs },
      random: seededRandom(1),
      helpers: standardPolicyHelpers,
      saved,
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** One request from its arrival to its outcome. */
  ask({ view, load, outcome, gapMs }: RandomRequest): TrialAnswer {
    this.advance(gapMs);
    const { policy } = this;
    const arrival = policy.arrive?.(view, load);
    policy.explain?.(view, load);
    const dispatch = policy.dispatch?.(view, load);
    policy.explain?.(view, load);
    policy.outcome?.(outcome, view);
    const limits = { exec: policy.limit?.('exec'), forward: policy.limit?.('forward') };
    return { arrival, dispatch, limits, queue: policy.queue?.() };
  }

  /** Asks all; says what is wrong with the first answer that is. */
  askAll(requests: readonly RandomRequest[], reasons: readonly string[]): string | undefined {
    for (const request of requests) {
      const problem = answerProblem(this.ask(request), request.load, reasons);
      if (problem !== undefined) return `${problem}, asked with ${shown(request.load)}`;
    }
    return undefined;
  }
}

function shown(load: Load): string {
  return Object.entries(load)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
}
