import { isDeepStrictEqual } from 'node:util';
import type { Ground } from '../../core/ground.ts';
import { isMet } from '../../core/is-met.ts';
import type { Load } from '../../core/load.ts';
import type { PolicyDefinition } from '../../core/policy.ts';
import type { RandomRequest } from './random-request.ts';
import { Trial } from './trial.ts';

/** What is wrong with what a policy says of its answers; nothing where it is right, or where it says nothing. */
export function explanationProblem(
  definition: PolicyDefinition,
  requests: readonly RandomRequest[],
): string | undefined {
  if (new Trial(definition).policy.explain === undefined) return undefined;
  return changeByAsking(definition, requests) ?? wrongGround(definition, requests.map(counted));
}

/** Two of the same, one of which is asked why: whatever is measured, both go on alike. */
function changeByAsking(
  definition: PolicyDefinition,
  requests: readonly RandomRequest[],
): string | undefined {
  const [asked, left] = [new Trial(definition), new Trial(definition)];
  for (const request of requests) {
    const { answer } = asked.askWhy(request);
    const expected = left.ask(request);
    if (!isDeepStrictEqual(answer, expected))
      return `explain: expected to change nothing, so ${JSON.stringify(expected)}, found ${JSON.stringify(answer)} once it was asked`;
  }
  const [after, before] = [asked.policy.snapshot?.(), left.policy.snapshot?.()];
  return isDeepStrictEqual(after, before)
    ? undefined
    : 'explain: expected to change nothing, found another snapshot once it was asked';
}

function wrongGround(definition: PolicyDefinition, requests: readonly RandomRequest[]): string | undefined {
  const trial = new Trial(definition);
  for (const request of requests) {
    const { answer, arrivalGrounds, dispatchGrounds } = trial.askWhy(request);
    const { arrival, dispatch } = answer;
    const problem =
      groundsProblem(arrivalGrounds, arrival !== undefined && 'shed' in arrival ? arrival.shed : undefined) ??
      groundsProblem(dispatchGrounds, dispatch?.lane === 'shed' ? dispatch.reason : undefined);
    if (problem !== undefined) return `explain: ${problem}`;
  }
  return undefined;
}

function groundsProblem(grounds: unknown, shedReason: string | undefined): string | undefined {
  if (!Array.isArray(grounds)) return `expected a list of grounds, found ${JSON.stringify(grounds)}`;
  for (const ground of grounds as readonly Ground[]) {
    const { signal, visitor, value, comparison, threshold, means } = ground;
    for (const [key, text] of Object.entries({ signal, means }))
      if (typeof text !== 'string' || text.trim() === '')
        return `expected words as ${key}, found ${JSON.stringify(text)} in ${JSON.stringify(ground)}`;
    if (visitor !== undefined && typeof visitor !== 'string')
      return `expected visitor to be a text, found ${JSON.stringify(visitor)}`;
    for (const [key, number] of Object.entries({ value, threshold }))
      if (!Number.isFinite(number)) return `expected a finite ${key} of "${signal}", found ${number}`;
    if (!COMPARISONS.includes(comparison))
      return `expected one of ${COMPARISONS.join(' ')} as comparison of "${signal}", found ${JSON.stringify(comparison)}`;
  }
  if (shedReason === undefined || grounds.some(isMet)) return undefined;
  return `expected a comparison that holds for the shed ${shedReason}, found ${grounds.length === 0 ? 'no ground at all' : JSON.stringify(grounds)}`;
}

const COMPARISONS: readonly string[] = ['<', '<=', '>=', '>'] satisfies Ground['comparison'][];

/** What the gateway counts itself is always a number, so a policy may tell it as it is. What is measured may be anything. */
function counted(request: RandomRequest): RandomRequest {
  const { load } = request;
  const inflight = { exec: finite(load.inflight.exec), forward: finite(load.inflight.forward) };
  const whole: Load = {
    ...load,
    inflight,
    queued: finite(load.queued),
    oldestWaitMs: finite(load.oldestWaitMs),
  };
  return { ...request, load: whole };
}

function finite(count: number): number {
  return Number.isFinite(count) ? count : 0;
}
