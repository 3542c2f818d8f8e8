import type { Exchange } from '../core/exchange.ts';
import type { Refusal } from '../core/refusal.ts';
import { type AnswerConnection, ConnectionAnswer } from './connection-answer.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import type { BodyConnection, IncomingBody } from './incoming-body.ts';
import type { Transport } from './transport.ts';

/** The exchange that a connection has under way, at most one at a time: its body comes in, and its answer goes out. */
export class CurrentExchange implements BodyConnection {
  readonly #transport: Transport;
  #exchange: Exchange | undefined;
  /** Also of a request that was refused, which is no exchange. */
  answer: ConnectionAnswer | undefined;
  body: IncomingBody | undefined;
  /** What the visitor waits for before it sends the body: sent when the body is wanted and nothing of it is here. */
  #invitation: Uint8Array | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  begin(
    exchange: Exchange,
    answer: ConnectionAnswer,
    body: IncomingBody | undefined,
    invitation?: Uint8Array,
  ): void {
    this.#exchange = exchange;
    this.answer = answer;
    this.body = body;
    this.#invitation = invitation;
  }

  /** A request that is none: one error page, with these field lines beside its own. */
  refuse(refusal: Refusal, connection: AnswerConnection, moreFields?: Uint8Array): void {
    const { onRefused, nextId, errorPage } = connection.context;
    onRefused(refusal);
    const id = nextId();
    const { head, body } = errorPage.error(undefined, id, refusal.status);
    const answer = new ConnectionAnswer(connection, id, 'GET');
    this.answer = answer;
    answer.head(
      moreFields === undefined ? head : { ...head, fields: Buffer.concat([head.fields, moreFields]) },
    );
    answer.write(body);
    answer.end();
  }

  /** All of the request has come: what is behind it is another one. Behind one that was refused there is no telling. */
  get isWhole(): boolean {
    return this.#exchange !== undefined && (this.body === undefined || this.body.complete);
  }

  /** Nothing of it concerns the connection any more; but its answer has to be told how it ended. */
  forget(): ConnectionAnswer | undefined {
    const { answer } = this;
    this.body?.fail('gone');
    this.#exchange = undefined;
    this.answer = undefined;
    this.body = undefined;
    return answer;
  }

  /** The visitor has gone. */
  abandon(): void {
    const exchange = this.#exchange;
    const answer = this.forget();
    if (answer?.onFinished !== undefined) exchange?.onAbandoned?.();
    answer?.finished(false);
  }

  /** The kernel has room again. Returns `isAnswered`. */
  drained({ answerBufferBytes }: ConnectionSettings): boolean {
    const { outbox } = this.#transport;
    if (outbox.flush()) this.#transport.progressed();
    if (outbox.waitingBytes < answerBufferBytes / 2) this.answer?.onDrain?.();
    return this.isAnswered;
  }

  /** The answer is over, and the kernel has all of it. */
  get isAnswered(): boolean {
    const { outbox } = this.#transport;
    return this.answer?.over === true && outbox.waitingBytes === 0 && !outbox.gone;
  }

  /** `passedMs`: since the last progress. False where the peer does not take the answer; a body that does not come fails. */
  keepsUp(passedMs: number, { answerTimeoutMs, bodyTimeoutMs }: ConnectionSettings): boolean {
    const { body } = this;
    const { outbox, paused } = this.#transport;
    if (outbox.waitingBytes > 0) return passedMs <= answerTimeoutMs;
    if (body?.opened === true && !body.over && !paused && passedMs > bodyTimeoutMs) body.fail('late');
    return true;
  }

  startBody(): void {
    const transport = this.#transport;
    if (this.#invitation !== undefined && transport.waitingBytes === 0)
      transport.outbox.send(this.#invitation);
    this.resumeBody();
    this.feedBody();
  }

  holdBody(): void {
    this.#transport.pause();
  }

  resumeBody(): void {
    this.#transport.progressed();
    this.#transport.resume();
  }

  /** Gives the body what has come of it, if somebody wants it. */
  feedBody(): void {
    const { body } = this;
    if (body === undefined || body.over || !body.opened) return;
    this.#take(body);
    // Its last bytes may have been held back, and nobody asks for more behind the end: only who reads notices that a visitor leaves.
    if (body.over) this.#transport.resume();
  }

  /** Nobody wants the body, but all of it may be here already: then the connection can go on behind it. */
  skipBody(): void {
    const { body } = this;
    if (body === undefined || body.over || body.opened || this.#invitation !== undefined) return;
    this.#take(body);
  }

  #take(body: IncomingBody): void {
    const chunk = this.#transport.take();
    if (chunk === undefined) return;
    const next = body.take(chunk);
    if (next >= 0) this.#transport.putBack(chunk, next);
  }
}
