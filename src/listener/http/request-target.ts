import { type Refusal, refusal } from '../../core/refusal.ts';
import { type SplitTarget, splitTarget } from '../../protocol/cgi/split-target.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { allowLine } from './server-options.ts';

/** `OPTIONS *` is for the server and not for any application. */
export const serverTarget: SplitTarget = { path: '*', query: '' };

/** It would show visitors what a front server has added (RFC 9110, section 9.3.8). */
const traceRefusal = refusal(405, 'http/no-trace', 'expected a method other than TRACE');

/** Refusals for the method: the visitor is told which ones there are (RFC 9110, section 15.5.6). */
const refusedMethods: ReadonlySet<string> = new Set([traceRefusal.code, 'http/no-tunnels']);

/** What a request is for. */
export function requestTarget(head: RequestHead): SplitTarget | Refusal {
  if (head.method === 'TRACE') return traceRefusal;
  const target = head.target();
  return target === '*' ? serverTarget : splitTarget(target);
}

/** Field lines that an answer to a refused request has beside its own. */
export function refusalFields({ code }: Refusal): Uint8Array | undefined {
  return refusedMethods.has(code) ? allowLine : undefined;
}
