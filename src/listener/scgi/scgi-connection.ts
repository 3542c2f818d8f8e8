import { NO_PLACE } from '../../core/dense-set.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import type { ScgiHead } from '../../protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../protocol/scgi/scgi-head-reader.ts';
import type { AcceptedConnection } from '../acceptor.ts';
import type { AnswerConnection } from '../connection-answer.ts';
import { CurrentExchange } from '../current-exchange.ts';
import { stoppingLingerMs } from '../stopping-linger.ts';
import { Transport, type TransportSocket } from '../transport.ts';
import { beginScgiExchange } from './begin-scgi-exchange.ts';
import type { ScgiContext } from './scgi-context.ts';
import { ScgiFraming } from './scgi-framing.ts';
import type { ScgiPeer } from './scgi-peer.ts';

export type ScgiConnectionState = 'head' | 'exchange' | 'lingering' | 'closed';

const lateHead = refusal(408, 'scgi/late-head', 'the head of the request did not come in time');

/**
 * One connection of a front server: one request, one answer, and the end.
 *
 *     head ──complete──► exchange ──answer handed over, body read──────────────────────────────► closed
 *       │                    │  └─ answer handed over, body still coming ──► lingering ──► closed
 *       │                    └─ answer broken off over a Unix socket ─────► lingering (silent)
 *       └─ malformed, late: error page, as an answer to a body that is still coming
 *
 * Lingering: front servers that pass a body on take it for an error of ours when we stop reading before its end, and show a page of
 * their own instead of the answer.
 *
 * Silent: an answer without a length that just ends would look whole, and the kernel resets no Unix socket; so nothing
 * more is said until the front server's own time limit ends the conversation.
 */
export class ScgiConnection implements AnswerConnection, AcceptedConnection {
  readonly context: ScgiContext;
  readonly transport: Transport;
  readonly framing: ScgiFraming;
  readonly #peer: ScgiPeer;
  readonly #current: CurrentExchange;
  readonly #reader: ScgiHeadReader;
  place = NO_PLACE;
  state: ScgiConnectionState = 'head';
  #silent = false;

  constructor(socket: TransportSocket, context: ScgiContext, peer: ScgiPeer) {
    this.context = context;
    this.framing = new ScgiFraming(context.requestIdField);
    this.#peer = peer;
    this.transport = new Transport(socket, context.listener, this);
    this.#current = new CurrentExchange(this.transport);
    this.#reader = new ScgiHeadReader(context.settings.maxHeadBytes);
  }

  received(chunk: Uint8Array): void {
    const { transport } = this;
    switch (this.state) {
      case 'closed':
        return;
      case 'head':
        return this.#readHead(chunk);
      case 'exchange':
        // The time of an answer runs on, whatever else the peer sends.
        if (transport.outbox.waitingBytes === 0) transport.progressed();
        return this.#takeBody(chunk);
      case 'lingering':
        if (!transport.discard(chunk, this.context.settings.lingerBytes)) this.abort();
    }
  }

  drained(): void {
    if (this.#current.drained(this.context.settings)) this.#handedOver();
  }

  inputEnded(): void {
    this.transport.inputEnded = true;
    if (this.state !== 'exchange') return this.transport.end();
    const { body, answer } = this.#current;
    if (body !== undefined && !body.complete) return this.abort();
    if (answer?.begun === false) this.framing.probe(this.transport.outbox);
  }

  closed(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.transport.closed();
    this.#current.abandon();
  }

  sweep(nowMs: number): void {
    const { settings, listener } = this.context;
    const passed = nowMs - this.transport.progressMs;
    switch (this.state) {
      case 'head': {
        const limitMs = settings.headTimeoutMs;
        if (passed > (listener.stopping ? Math.min(stoppingLingerMs, limitMs) : limitMs))
          this.#refuse(lateHead);
        return;
      }
      case 'exchange':
        if (!this.#current.keepsUp(passed, settings)) this.abort();
        return;
      case 'lingering': {
        const limitMs = this.#silent ? settings.silenceMs : settings.lingerMs;
        if (passed > (listener.stopping ? stoppingLingerMs : limitMs)) this.abort();
      }
    }
  }

  abort(): void {
    this.transport.terminate();
    this.closed();
  }

  settle(): void {}

  answerEnded(): void {
    this.transport.progressed();
    if (this.#current.isAnswered) this.#handedOver();
  }

  breakOff(openEnded: boolean): void {
    if (!openEnded || !this.#peer.isUnix) return this.abort();
    this.#silent = true;
    this.transport.progressed();
    const answer = this.#current.forget();
    this.state = 'lingering';
    this.transport.linger();
    answer?.finished(false);
  }

  #handedOver(): void {
    this.#current.skipBody();
    const { isWhole } = this.#current;
    const answer = this.#current.forget();
    this.state = 'lingering';
    answer?.finished(true);
    if (isWhole) this.transport.end();
    else this.transport.shutdown();
  }

  #readHead(chunk: Uint8Array): void {
    const result = this.#reader.push(chunk);
    if (result === 'more') return;
    if ('kind' in result) return this.#refuse(result);
    const { next } = this.#reader;
    this.#begin(result, next < chunk.length ? chunk.subarray(next) : undefined);
  }

  #begin(head: ScgiHead, rest: Uint8Array | undefined): void {
    const exchange = beginScgiExchange(this, this.#current, this.#peer, head);
    if ('kind' in exchange) return this.#refuse(exchange);
    this.state = 'exchange';
    this.transport.progressed();
    if (rest !== undefined) this.#takeBody(rest);
    this.context.handler(exchange);
  }

  /** What is behind the body is nothing to us. */
  #takeBody(chunk: Uint8Array): void {
    const { transport } = this;
    const { body } = this.#current;
    if (body === undefined || body.over) return;
    transport.keep(chunk);
    this.#current.feedBody();
    if (!body.over) transport.pauseOver(this.context.settings.pendingBytes);
  }

  /** A request that is none: one error page. */
  #refuse(problem: Refusal): void {
    this.state = 'exchange';
    this.#current.refuse(problem, this);
  }
}
