import type { Ground } from '../../core/ground.ts';
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

export interface ExplainedAnswer {
  readonly answer: TrialAnswer;
  /** Right after `arrive` and right after `dispatch`; nothing where the policy has no `explain`. */
  readonly arrivalGrounds: readonly Ground[] | undefined;
  readonly dispatchGrounds: readonly Ground[] | undefined;
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

  /** One request from its arrival to its outcome; nobody asks why. */
  ask(request: RandomRequest): TrialAnswer {
    return this.#ask(request, () => undefined).answer;
  }

  /** The same where somebody writes down why. */
  askWhy(request: RandomRequest): ExplainedAnswer {
    const { view, load } = request;
    return this.#ask(request, () => this.policy.explain?.(view, load));
  }

  #ask(
    { view, load, outcome, gapMs }: RandomRequest,
    why: () => readonly Ground[] | undefined,
  ): ExplainedAnswer {
    this.advance(gapMs);
    const { policy } = this;
    const arrival = policy.arrive?.(view, load);
    const arrivalGrounds = why();
    const dispatch = policy.dispatch?.(view, load);
    const dispatchGrounds = why();
    policy.outcome?.(outcome, view);
    const limits = { exec: policy.limit?.('exec'), forward: policy.limit?.('forward') };
    return {
      answer: { arrival, dispatch, limits, queue: policy.queue?.() },
      arrivalGrounds,
      dispatchGrounds,
    };
  }

  /** Asks all; says what is wrong with the first answer that is. */
  askAll(requests: readonly RandomRequest[], reasons: readonly string[]): string | undefined {
    for (const request of requests) {
      const problem = answerProblem(this.askWhy(request).answer, request.load, reasons);
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
