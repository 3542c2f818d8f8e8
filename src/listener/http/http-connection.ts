import { NO_PLACE } from '../../core/dense-set.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../protocol/http1/request-head-reader.ts';
import { requestLimits } from '../../protocol/http1/request-limits.ts';
import type { AcceptedConnection } from '../acceptor.ts';
import type { AnswerConnection } from '../connection-answer.ts';
import { CurrentExchange } from '../current-exchange.ts';
import { stoppingLingerMs } from '../stopping-linger.ts';
import { Transport, type TransportSocket } from '../transport.ts';
import { beginHttpExchange } from './begin-http-exchange.ts';
import type { HttpContext } from './http-context.ts';
import { HttpFraming } from './http-framing.ts';
import type { ConnectionFacts } from './http-view.ts';
import { oddField } from './odd-field.ts';
import { refusalFields, requestTarget, serverTarget } from './request-target.ts';
import { answerServerOptions } from './server-options.ts';

export type HttpConnectionState = 'idle' | 'head' | 'exchange' | 'lingering' | 'closed';

const lateHead = refusal(408, 'http/late-head', 'the head of the request did not come in time');

/** A connection that was used less than this ago is not idle enough to be ended for the sake of others. */
const leastIdleMs = 500;
/** How long a stop waits for the first request of a connection. */
const stoppingFreshMs = 500;

/**
 * One visitor's connection.
 *
 *     idle ──bytes──► head ──complete──► exchange ──answer handed over──► idle (next, perhaps pipelined)
 *       │               │                    │
 *       │               └─ malformed ────────┴─ last answer ──► lingering ──visitor ended, or time──► closed
 *       └─ too long idle, stop ──────────────────────────────────────────────────────────────────────────┘
 */
export class HttpConnection implements AnswerConnection, AcceptedConnection {
  readonly context: HttpContext;
  readonly transport: Transport;
  readonly framing: HttpFraming;
  readonly #facts: ConnectionFacts;
  readonly #current: CurrentExchange;
  readonly #reader: RequestHeadReader;
  place = NO_PLACE;
  state: HttpConnectionState = 'idle';
  #pumping = false;
  /** A request has come. */
  #used = false;
  #handshaking: boolean;
  /** The visitor of the request under way would like to send another. */
  #keepAlive = false;

  constructor(socket: TransportSocket, context: HttpContext, facts: ConnectionFacts) {
    this.context = context;
    this.framing = new HttpFraming(context);
    this.#facts = facts;
    this.transport = new Transport(socket, context.listener, this);
    this.#current = new CurrentExchange(this.transport);
    this.#reader = new RequestHeadReader(requestLimits(context.settings.maxHeadBytes));
    this.#handshaking = facts.secured !== undefined;
  }

  handshaken(success: boolean): void {
    if (!success) return;
    this.#handshaking = false;
    this.transport.progressed();
  }

  received(chunk: Uint8Array): void {
    const { transport } = this;
    if (this.state === 'closed') return;
    if (this.state === 'lingering') {
      if (!transport.discard(chunk, this.context.settings.lingerBytes)) this.abort();
      return;
    }
    // The time of a head runs from its first byte, that of an answer whatever else the visitor sends.
    if (this.state !== 'head' && transport.outbox.waitingBytes === 0) transport.progressed();
    transport.keep(chunk);
    if (this.state === 'exchange') this.#current.feedBody();
    else this.#pump();
    transport.pauseOver(this.context.settings.pipelineBytes);
  }

  drained(): void {
    if (this.#current.drained(this.context.settings)) this.#handedOver();
  }

  inputEnded(): void {
    this.transport.inputEnded = true;
    if (this.state !== 'exchange') return this.transport.end();
    const { body, answer } = this.#current;
    if (body !== undefined && !body.over) return this.abort();
    if (answer?.begun === false) this.framing.probe(this.transport.outbox);
  }

  closed(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.transport.closed();
    this.#current.abandon();
  }

  sweep(nowMs: number): void {
    const { settings } = this.context;
    const { stopping } = this.context.listener;
    const passed = nowMs - this.transport.progressMs;
    switch (this.state) {
      case 'idle':
        if (passed > (this.#handshaking ? settings.headTimeoutMs : settings.idleTimeoutMs))
          this.transport.end();
        // Who has come only just has a request under way to us, and nobody else will answer it.
        else if (stopping && (this.#used || passed > stoppingFreshMs)) this.transport.end();
        return;
      case 'head':
        if (passed > settings.headTimeoutMs) this.#refuse(lateHead);
        return;
      case 'exchange':
        if (!this.#current.keepsUp(passed, settings)) this.abort();
        return;
      case 'lingering':
        if (passed > (stopping ? stoppingLingerMs : settings.lingerMs)) this.abort();
    }
  }

  /** Ends a connection that has been idle for a moment: one that has only just come may have a request under way. */
  leaveIdle(nowMs: number): void {
    if (this.state === 'idle' && nowMs - this.transport.progressMs >= leastIdleMs) this.transport.end();
  }

  abort(): void {
    this.transport.terminate();
    this.closed();
  }

  settle(contentLength: number | undefined, bodiless: boolean): void {
    const { body } = this.#current;
    this.#current.skipBody();
    const mayFollow = body === undefined || body.complete;
    const isExpected = !this.transport.inputEnded || this.transport.waitingBytes > 0;
    const isWelcome = this.#keepAlive && !this.context.listener.stopping;
    this.framing.settle(mayFollow && isExpected && isWelcome, contentLength, bodiless);
  }

  answerEnded(): void {
    this.transport.progressed();
    if (this.#current.isAnswered) this.#handedOver();
  }

  breakOff(): void {
    this.abort();
  }

  #handedOver(): void {
    const { transport } = this;
    // With nothing left to read there is nothing that could make the kernel reset the connection.
    const isClean = this.#current.isWhole && transport.waitingBytes === 0;
    const answer = this.#current.forget();
    const { keepAlive } = this.framing;
    this.state = keepAlive ? 'idle' : 'lingering';
    answer?.finished(true);
    if (!keepAlive) return isClean ? transport.end() : transport.shutdown();
    transport.resume();
    this.#pump();
    if (transport.inputEnded && this.#current.answer === undefined) transport.end();
  }

  /** Reads heads as long as there are any and no answer is owed; a loop, since a pipelined series may be long. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.state === 'idle' || this.state === 'head') {
      const chunk = this.transport.take();
      if (chunk === undefined) break;
      const result = this.#reader.push(chunk, 0);
      if (result === 'more') {
        if (!this.#reader.isEmpty) this.state = 'head';
      } else if (result.kind === 'refusal') {
        this.#refuse(result);
      } else {
        this.transport.putBack(chunk, this.#reader.next);
        this.#begin(result);
      }
    }
    this.#pumping = false;
  }

  #begin(head: RequestHead): void {
    const target = requestTarget(head);
    if ('kind' in target) return this.#refuse(target);
    const odd = this.context.settings.refusesOddFields === true ? oddField(head) : undefined;
    if (odd !== undefined) return this.#refuse(odd);
    this.state = 'exchange';
    this.#used = true;
    this.#keepAlive = head.keepAlive;
    this.framing.begin(head.minorVersion);
    const exchange = beginHttpExchange(this, this.#current, this.#facts, head, target);
    if (target === serverTarget) answerServerOptions(exchange);
    else this.context.handler(exchange);
  }

  /** No more from this visitor on this connection. */
  #refuse(refusal: Refusal): void {
    this.state = 'exchange';
    this.#keepAlive = false;
    this.framing.begin(1);
    this.#current.refuse(refusal, this, refusalFields(refusal));
  }
}
