import { splitTarget } from '../../src/protocol/cgi/split-target.ts';
import { readSeries } from '../protocol/http1/read-series.ts';
import type { Arrival } from './recording-application.ts';

export interface Expected {
  readonly arrivals: readonly Arrival[];
  /** How many answers there are in all, refusals and pages of the gateway included. */
  readonly answers: number;
  /** Whether the gateway closes the connection by itself. */
  readonly closes: boolean;
}

/** What the parser says of the bytes of one connection: an application at `/` sees this and nothing else. */
export function expectedArrivals(bytes: Uint8Array): Expected {
  const { requests, end } = readSeries([bytes]);
  const arrivals: Arrival[] = [];
  let answers = 0;
  for (const { method, target, body, complete } of requests) {
    if (target !== '*' && 'kind' in splitTarget(target))
      return { arrivals, answers: answers + 1, closes: true };
    if (target === '*') answers++;
    else if (complete) {
      arrivals.push({ method, target, body });
      answers++;
    }
  }
  const last = requests.at(-1);
  if (typeof end === 'string') return { arrivals, answers, closes: end === 'closed' };
  // A body that breaks its framing is answered for its request, a head for itself.
  const answered = last !== undefined && !last.complete && last.target === '*';
  return { arrivals, answers: answers + (answered ? 0 : 1), closes: true };
}
