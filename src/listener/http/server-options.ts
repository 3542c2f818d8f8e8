import type { AnswerHead } from '../../core/answer.ts';
import type { Exchange } from '../../core/exchange.ts';

/** The methods that can reach an application. It may know others, and not all of these. TRACE and CONNECT are for no application. */
export const allowLine = Buffer.from('Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n', 'latin1');

const head: AnswerHead = {
  status: 204,
  reason: '',
  fields: allowLine,
  contentLength: undefined,
  hasDate: false,
};

/** Answers `OPTIONS *`, which asks about the server and not about any application (RFC 9110, section 9.3.7). */
export function answerServerOptions({ answer }: Exchange): void {
  answer.head(head);
  answer.end();
}
