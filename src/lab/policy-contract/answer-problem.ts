import type { Load } from '../../core/load.ts';
import type { TrialAnswer } from './trial.ts';

/** No machine runs more of one application at once. */
const MOST_AT_ONCE = 10_000;

/** What is wrong with what a policy answered; nothing where it may. */
export function answerProblem(
  { arrival, dispatch, limits, queue }: TrialAnswer,
  load: Load,
  reasons: readonly string[],
): string | undefined {
  for (const [question, answer] of Object.entries({ arrive: arrival, dispatch, queue }))
    if ((answer as unknown) instanceof Promise)
      return `${question}: expected an answer at once, found a promise`;
  if (arrival !== undefined) {
    if ('shed' in arrival) {
      if (!reasons.includes(arrival.shed))
        return `arrive: expected a declared reason, found "${arrival.shed}"`;
      if (!isDuration(arrival.retryAfterMs))
        return `arrive: expected retryAfterMs from 0, found ${arrival.retryAfterMs}`;
    } else {
      if (!Number.isFinite(arrival.priority))
        return `arrive: expected a priority that is a number, found ${arrival.priority}`;
      if (arrival.share !== undefined && !(arrival.share >= 0 && arrival.share <= 1))
        return `arrive: expected a share from 0 to 1, found ${arrival.share}`;
    }
  }
  if (dispatch !== undefined) {
    if (dispatch.lane !== 'shed' && !load.lanes.includes(dispatch.lane))
      return `dispatch: expected a lane of the application (${load.lanes.join(', ')}), found ${dispatch.lane}`;
    if (!reasons.includes(dispatch.reason))
      return `dispatch: expected a declared reason, found "${dispatch.reason}"`;
    if (dispatch.lane === 'shed' && !isDuration(dispatch.retryAfterMs))
      return `dispatch: expected retryAfterMs from 0, found ${dispatch.retryAfterMs}`;
  }
  for (const [lane, limit] of Object.entries(limits)) {
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1 && limit <= MOST_AT_ONCE))
      return `limit: expected a whole number from 1 to ${MOST_AT_ONCE} in the lane ${lane}, found ${limit}`;
  }
  if (queue?.maxWaitMs !== undefined && !(Number.isFinite(queue.maxWaitMs) && queue.maxWaitMs > 0))
    return `queue: expected maxWaitMs above 0, found ${queue.maxWaitMs}`;
  if (queue?.maxLength !== undefined && !(Number.isSafeInteger(queue.maxLength) && queue.maxLength >= 0))
    return `queue: expected maxLength to be a whole number from 0, found ${queue.maxLength}`;
  if (queue?.order !== undefined && queue.order !== 'oldest-first' && queue.order !== 'newest-first')
    return `queue: expected oldest-first or newest-first, found ${queue.order}`;
  return undefined;
}

function isDuration(ms: number | undefined): boolean {
  return ms === undefined || (Number.isFinite(ms) && ms >= 0);
}
