import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeHandler } from '../../core/listener.ts';
import type { ErrorPage } from '../../core/overload-page.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import type { ScgiHead } from '../../protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../protocol/scgi/scgi-head-reader.ts';
import { scgiTarget } from '../../protocol/scgi/scgi-target.ts';
import type { ConnectionSocket } from '../http/http-connection.ts';
import { type BodyConnection, HttpRequestBody } from '../http/http-request-body.ts';
import type { RequestIdField } from '../http/request-id-field.ts';
import { Outbox } from '../outbox.ts';
import { safeRequestId } from '../safe-request-id.ts';
import { ScgiAnswer, type ScgiAnswerConnection } from './scgi-answer.ts';
import type { ScgiSettings } from './scgi-settings.ts';
import { type ScgiFacts, ScgiView } from './scgi-view.ts';

/** What all connections of one listener share. */
export interface ScgiContext {
  readonly settings: ScgiSettings;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  /** Kept up to date by the listener's sweep. */
  readonly coarse: { nowMs: number };
  readonly nextId: () => string;
  readonly now: () => number;
  readonly onRefused: (refusal: Refusal) => void;
  readonly stopping: () => boolean;
  readonly requestIdField: RequestIdField | undefined;
}

/** What is known of a connection before its request. */
export interface ScgiPeer extends Omit<ScgiFacts, 'id' | 'path' | 'query' | 'requestIdVariable'> {
  /** Over a Unix socket nothing can be reset. */
  readonly isUnix: boolean;
  /** Its word on the request's id counts. */
  readonly trusted: boolean;
}

export type ScgiConnectionState = 'head' | 'exchange' | 'lingering' | 'closed';

/** What lingers must not hold up a stop: by then the last answer has arrived, or never will. */
const stoppingLingerMs = 1_000;

/**
 * One connection of a front server: one request, one answer, and the end.
 *
 *     head ──complete──► exchange ──answer handed over, body read──────────────────────────────► closed
 *       │                    │  └─ answer handed over, body still coming ──► lingering ──► closed
 *       │                    └─ answer broken off over a Unix socket ─────► lingering (silent)
 *       └─ malformed, late: error page, as an answer to a body that is still coming
 *
 * Lingering: our side is shut, and what still comes is read and thrown away. Front servers that pass a body on take it for
 * an error of ours when we stop reading before its end, and show a page of their own instead of the answer.
 *
 * Silent: an answer without a length that just ends would look whole, and the kernel resets no Unix socket; so nothing
 * more is said until the front server's own time limit ends the conversation.
 */
export class ScgiConnection implements ScgiAnswerConnection, BodyConnection {
  readonly outbox: Outbox;
  readonly #socket: ConnectionSocket;
  readonly #context: ScgiContext;
  readonly #peer: ScgiPeer;
  readonly #reader: ScgiHeadReader;
  state: ScgiConnectionState = 'head';
  /** Bytes of a body that nobody wants yet. */
  #input: Uint8Array | undefined;
  #paused = false;
  #inputEnded = false;
  #shut = false;
  #silent = false;
  #progressMs: number;
  #lingered = 0;
  #exchange: Exchange | undefined;
  #answer: ScgiAnswer | undefined;
  #body: HttpRequestBody | undefined;

  constructor(socket: ConnectionSocket, context: ScgiContext, peer: ScgiPeer) {
    this.#socket = socket;
    this.#context = context;
    this.#peer = peer;
    this.outbox = new Outbox(socket);
    this.#reader = new ScgiHeadReader(context.settings.maxHeadBytes);
    this.#progressMs = context.coarse.nowMs;
  }

  get answerBufferBytes(): number {
    return this.#context.settings.answerBufferBytes;
  }

  get requestIdField(): RequestIdField | undefined {
    return this.#context.requestIdField;
  }

  // ---- what the socket tells

  received(chunk: Uint8Array): void {
    if (this.state === 'closed') return;
    if (this.state === 'lingering') {
      this.#lingered += chunk.length;
      if (this.#lingered > this.#context.settings.lingerBytes) this.#terminate();
      return;
    }
    if (this.state === 'head') return this.#readHead(chunk);
    this.#progressMs = this.#context.coarse.nowMs;
    this.#takeBody(chunk);
  }

  drained(): void {
    if (this.outbox.flush()) this.#progressMs = this.#context.coarse.nowMs;
    if (this.state === 'closed') return;
    if (this.outbox.waitingBytes < this.answerBufferBytes / 2) this.#answer?.onDrain?.();
    if (this.outbox.waitingBytes === 0) this.#handedOver();
  }

  /** The peer has sent FIN: gone, or only done with sending. */
  inputEnded(): void {
    this.#inputEnded = true;
    if (this.state === 'closed') return;
    if (this.state !== 'exchange') return this.#socket.end();
    if (this.#body !== undefined && !this.#body.complete) return this.#terminate();
    this.#answer?.probe();
  }

  /** The socket is gone. */
  closed(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.outbox.clear();
    this.#input = undefined;
    const exchange = this.#exchange;
    const answer = this.#answer;
    this.#forgetExchange();
    if (answer?.onFinished === undefined) return;
    exchange?.onAbandoned?.();
    answer.finished(false);
  }

  /** Called a few times a second: every time limit of the connection. */
  sweep(nowMs: number): void {
    const { settings, stopping } = this.#context;
    const passed = nowMs - this.#progressMs;
    switch (this.state) {
      case 'head':
        if (
          passed > (stopping() ? Math.min(stoppingLingerMs, settings.headTimeoutMs) : settings.headTimeoutMs)
        )
          this.#refuse(refusal(408, 'scgi/late-head', 'the head of the request did not come in time'));
        return;
      case 'lingering': {
        const limitMs = this.#silent ? settings.silenceMs : settings.lingerMs;
        if (passed > (stopping() ? stoppingLingerMs : limitMs)) this.#terminate();
        return;
      }
      case 'exchange':
        if (this.outbox.waitingBytes > 0) {
          if (passed > settings.answerTimeoutMs) this.#terminate();
        } else if (this.#isBodyLate(passed)) {
          this.#body?.fail('late');
        }
    }
  }

  /** Ends at once whatever is under way. */
  abort(): void {
    this.#terminate();
  }

  // ---- what the body asks

  startBody(): void {
    this.#progressMs = this.#context.coarse.nowMs;
    this.#resume();
    const waiting = this.#input;
    this.#input = undefined;
    if (waiting !== undefined) this.#body?.take(waiting);
  }

  holdBody(): void {
    this.#pause();
  }

  resumeBody(): void {
    this.#progressMs = this.#context.coarse.nowMs;
    this.#resume();
  }

  // ---- what the answer asks

  answerEnded(): void {
    this.#progressMs = this.#context.coarse.nowMs;
    if (this.outbox.waitingBytes === 0) this.#handedOver();
  }

  breakOff(openEnded: boolean): void {
    if (!openEnded || !this.#peer.isUnix) return this.#terminate();
    this.#progressMs = this.#context.coarse.nowMs;
    this.#silent = true;
    const answer = this.#answer;
    this.#forgetExchange();
    this.state = 'lingering';
    this.#input = undefined;
    this.#resume();
    answer?.finished(false);
  }

  // ---- the request

  #readHead(chunk: Uint8Array): void {
    const result = this.#reader.push(chunk);
    if (result === 'more') return;
    if ('kind' in result) return this.#refuse(result);
    const rest = this.#reader.next < chunk.length ? chunk.subarray(this.#reader.next) : undefined;
    this.#begin(result, rest);
  }

  #begin(head: ScgiHead, rest: Uint8Array | undefined): void {
    const { nextId, now, handler, requestIdField } = this.#context;
    const target = scgiTarget(head);
    if ('kind' in target) return this.#refuse(target);
    const method = head.meta('REQUEST_METHOD');
    if (!method) return this.#refuse(refusal(400, 'scgi/no-method', 'expected REQUEST_METHOD'));
    const { trusted, isUnix, ...facts } = this.#peer;
    const requestIdVariable = requestIdField?.variable;
    const given = trusted && requestIdVariable !== undefined ? head.meta(requestIdVariable) : undefined;
    const id = safeRequestId(given) ?? nextId();
    const view = new ScgiView(head, {
      ...facts,
      id,
      path: target.path,
      query: target.query,
      requestIdVariable,
    });
    this.state = 'exchange';
    this.#progressMs = this.#context.coarse.nowMs;
    const answer = new ScgiAnswer(this, id, method);
    this.#answer = answer;
    this.#body = head.contentLength > 0 ? new HttpRequestBody(head.contentLength, this) : undefined;
    if (rest !== undefined) this.#takeBody(rest);
    this.#exchange = { id, view, arrivedMs: now(), body: this.#body, answer, onAbandoned: undefined };
    handler(this.#exchange);
  }

  #takeBody(chunk: Uint8Array): void {
    const body = this.#body;
    if (body === undefined || body.over) return;
    if (body.opened) {
      body.take(chunk);
      return;
    }
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    if (this.#input.length > this.#context.settings.pendingBytes) this.#pause();
  }

  #isBodyLate(passedMs: number): boolean {
    const body = this.#body;
    if (body === undefined || !body.opened || body.over || this.#paused) return false;
    return passedMs > this.#context.settings.bodyTimeoutMs;
  }

  #handedOver(): void {
    if (this.state === 'lingering') return this.#shutdown();
    const answer = this.#answer;
    if (answer === undefined || !answer.over) return;
    const waiting = this.#input;
    if (waiting !== undefined && this.#body?.opened === false) this.#body.take(waiting);
    const bodyRead = this.#exchange !== undefined && (this.#body === undefined || this.#body.complete);
    this.#forgetExchange();
    this.state = 'lingering';
    answer.finished(true);
    if (bodyRead) this.#socket.end();
    else this.#shutdown();
  }

  #forgetExchange(): void {
    this.#body?.fail('gone');
    this.#exchange = undefined;
    this.#answer = undefined;
    this.#body = undefined;
  }

  /** A request that is none: one error page. */
  #refuse(problem: Refusal): void {
    const { errorPage, nextId, onRefused } = this.#context;
    onRefused(problem);
    const id = nextId();
    const page = errorPage.error(undefined, id, problem.status);
    this.state = 'exchange';
    const answer = new ScgiAnswer(this, id, 'GET');
    this.#answer = answer;
    answer.head(page.head);
    answer.write(page.body);
    answer.end();
  }

  // ---- ends

  #shutdown(): void {
    if (this.#shut || this.#silent || this.state === 'closed') return;
    this.#shut = true;
    this.#progressMs = this.#context.coarse.nowMs;
    this.#input = undefined;
    if (this.#inputEnded) return this.#socket.end();
    this.#socket.shutdown();
    this.#resume();
  }

  #terminate(): void {
    this.#socket.terminate();
    this.closed();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }
}
