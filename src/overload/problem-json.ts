import { HOLES, REASON_HOLES } from './holes.ts';

/** What stands in a document as a number: no quotes. */
const NUMBERS = [HOLES.retryAfter, REASON_HOLES.status];

/**
 * A problem document (RFC 9457), one line, with holes. `extensions` are members of ours, such as `retry_after` (seconds). What is not defined is
 * left out.
 */
export function problemJson(problem: {
  readonly title: string;
  readonly status: number | string;
  readonly detail: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}): string {
  const { title, status, detail, extensions = {} } = problem;
  const members = { type: 'about:blank', title, status, detail, request_id: HOLES.requestId, ...extensions };
  let text = JSON.stringify(members);
  for (const hole of NUMBERS) text = text.replaceAll(`"${hole}"`, hole);
  return `${text}\n`;
}
