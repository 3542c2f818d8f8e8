import { HOLES } from './spliced-text.ts';

/** A problem document (RFC 9457) with holes; `request_id` and `retry_after` (seconds) are extension members. */
export function problemJson(problem: {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly retryAfter?: boolean;
}): string {
  const text = JSON.stringify({
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    request_id: HOLES.requestId,
    ...(problem.retryAfter === true && { retry_after: HOLES.retryAfter }),
  });
  // The seconds are a number: no quotes.
  return `${text.replace(`"${HOLES.retryAfter}"`, HOLES.retryAfter)}\n`;
}
