import type { Exchange } from '../../core/exchange.ts';
import type { SplitTarget } from '../../protocol/cgi/split-target.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { type AnswerConnection, ConnectionAnswer } from '../connection-answer.ts';
import type { CurrentExchange } from '../current-exchange.ts';
import { ForwardedView } from '../forwarded-view.ts';
import { IncomingBody } from '../incoming-body.ts';
import { type ConnectionFacts, HttpView } from './http-view.ts';

const continueLine = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');

/** Makes the exchange of one request the current one of its connection. */
export function beginHttpExchange(
  connection: AnswerConnection,
  current: CurrentExchange,
  facts: ConnectionFacts,
  head: RequestHead,
  { path, query }: SplitTarget,
): Exchange {
  const { nextId, now, requestIdField } = connection.context;
  const given = facts.trusted === true ? requestIdField?.read(head) : undefined;
  const id = given ?? nextId();
  const received = new HttpView(head, facts, id, path, query);
  const view = facts.proxies === undefined ? received : new ForwardedView(received, facts.proxies);
  const length = head.chunked ? undefined : head.contentLength;
  const body = head.hasBody ? new IncomingBody(length, current) : undefined;
  const answer = new ConnectionAnswer(connection, id, head.method);
  const exchange: Exchange = { id, view, arrivedMs: now(), body, answer, onAbandoned: undefined };
  current.begin(exchange, answer, body, head.expectContinue ? continueLine : undefined);
  return exchange;
}
