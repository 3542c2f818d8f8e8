import type { Exchange } from '../../core/exchange.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import type { ScgiHead } from '../../protocol/scgi/scgi-head.ts';
import { scgiTarget } from '../../protocol/scgi/scgi-target.ts';
import { type AnswerConnection, ConnectionAnswer } from '../connection-answer.ts';
import type { CurrentExchange } from '../current-exchange.ts';
import { IncomingBody } from '../incoming-body.ts';
import { safeRequestId } from '../safe-request-id.ts';
import type { ScgiPeer } from './scgi-peer.ts';
import { ScgiView } from './scgi-view.ts';

const noMethod = refusal(400, 'scgi/no-method', 'expected REQUEST_METHOD');

/** Makes the exchange of one request the current one of its connection. */
export function beginScgiExchange(
  connection: AnswerConnection,
  current: CurrentExchange,
  peer: ScgiPeer,
  head: ScgiHead,
): Exchange | Refusal {
  const target = scgiTarget(head);
  if ('kind' in target) return target;
  const method = head.meta('REQUEST_METHOD');
  if (!method) return noMethod;
  const { nextId, now, requestIdField } = connection.context;
  const requestIdVariable = requestIdField?.variable;
  const given = peer.trusted && requestIdVariable !== undefined ? head.meta(requestIdVariable) : undefined;
  const id = safeRequestId(given) ?? nextId();
  const view = new ScgiView(head, {
    id,
    path: target.path,
    query: target.query,
    serverSoftware: peer.serverSoftware,
    remoteAddress: peer.remoteAddress,
    serverAddress: peer.serverAddress,
    serverPort: peer.serverPort,
    requestIdVariable,
  });
  const body = head.contentLength > 0 ? new IncomingBody(head.contentLength, current) : undefined;
  const answer = new ConnectionAnswer(connection, id, method);
  const exchange: Exchange = { id, view, arrivedMs: now(), body, answer, onAbandoned: undefined };
  current.begin(exchange, answer, body);
  return exchange;
}
