import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeHandler } from '../../core/listener.ts';
import type { ErrorPage } from '../../core/overload-page.ts';
import { type Refusal, refusal } from '../../core/refusal.ts';
import { splitTarget } from '../../protocol/cgi/split-target.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../protocol/http1/request-head-reader.ts';
import { requestLimits } from '../../protocol/http1/request-limits.ts';
import { ForwardedView } from '../forwarded-view.ts';
import { Outbox, type WritableSocket } from '../outbox.ts';
import { type AnswerConnection, HttpAnswer } from './http-answer.ts';
import { type BodyConnection, HttpRequestBody } from './http-request-body.ts';
import type { HttpSettings } from './http-settings.ts';
import { type ConnectionFacts, HttpView } from './http-view.ts';
import type { RequestIdField } from './request-id-field.ts';
import { allowLine, answerServerOptions } from './server-options.ts';

/** What a connection needs of Bun's socket. */
export interface ConnectionSocket extends WritableSocket {
  pause(): void;
  resume(): void;
  /** Sends FIN; reading goes on. */
  shutdown(): void;
  end(): void;
  /** Resets the connection: the visitor sees an error, not an end. */
  terminate(): void;
}

/** What all connections of one listener share. */
export interface ConnectionContext {
  readonly settings: HttpSettings;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly scratch: Buffer;
  /** Kept up to date by the listener's sweep, so that a request costs no look at a clock for its time limits. */
  readonly coarse: { nowMs: number; dateLine: Uint8Array };
  readonly nextId: () => string;
  readonly requestIdField: RequestIdField | undefined;
  readonly now: () => number;
  readonly onRefused: (refusal: Refusal) => void;
  /** No request may follow the one under way. */
  readonly stopping: () => boolean;
}

export type ConnectionState = 'idle' | 'head' | 'exchange' | 'lingering' | 'closed';

/** It would show visitors what a front server has added (RFC 9110, section 9.3.8). */
const traceRefusal = refusal(405, 'http/no-trace', 'expected a method other than TRACE');

/** Refusals for the method: the visitor is told which ones there are (RFC 9110, section 15.5.6). */
const refusedMethods: ReadonlySet<string> = new Set([traceRefusal.code, 'http/no-tunnels']);

const continueLine = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
const processingLine = Buffer.from('HTTP/1.1 102 Processing\r\n\r\n', 'latin1');

/** A connection that was used less than this ago is not idle enough to be ended for the sake of others. */
const leastIdleMs = 500;

/** What lingers must not hold up a stop: by then the last answer has arrived, or never will. */
const stoppingLingerMs = 1_000;
/** How long a stop waits for the first request of a connection. */
const stoppingFreshMs = 500;

/**
 * One visitor's connection.
 *
 *     idle ──bytes──► head ──complete──► exchange ──answer handed over──► idle (next, perhaps pipelined)
 *       │               │                    │
 *       │               └─ malformed ────────┴─ last answer ──► lingering ──visitor ended, or time──► closed
 *       └─ too long idle, stop ──────────────────────────────────────────────────────────────────────────┘
 *
 * Lingering: our side is shut, what still comes is read and thrown away, so that the kernel does not reset the connection under
 * an answer that the visitor has not read yet (RFC 9112, section 9.6).
 */
export class HttpConnection implements AnswerConnection, BodyConnection {
  readonly outbox: Outbox;
  readonly #socket: ConnectionSocket;
  readonly #context: ConnectionContext;
  readonly #facts: ConnectionFacts;
  readonly #reader: RequestHeadReader;
  state: ConnectionState = 'idle';
  /** Bytes that nobody has taken yet: of an unopened body, or of requests that wait for their turn. */
  #input: Uint8Array | undefined;
  #pumping = false;
  #paused = false;
  #inputEnded = false;
  #shut = false;
  /** A request has come. */
  #used = false;
  /** When the visitor last did something. */
  progressMs: number;
  #handshaking: boolean;
  #lingered = 0;
  #keepAlive = false;
  #expectsContinue = false;
  #exchange: Exchange | undefined;
  #answer: HttpAnswer | undefined;
  #body: HttpRequestBody | undefined;

  constructor(socket: ConnectionSocket, context: ConnectionContext, facts: ConnectionFacts) {
    this.#socket = socket;
    this.#context = context;
    this.#facts = facts;
    this.outbox = new Outbox(socket);
    this.#reader = new RequestHeadReader(requestLimits(context.settings.maxHeadBytes));
    this.progressMs = context.coarse.nowMs;
    this.#handshaking = facts.secured !== undefined;
  }

  get scratch(): Buffer {
    return this.#context.scratch;
  }

  get answerBufferBytes(): number {
    return this.#context.settings.answerBufferBytes;
  }

  get dateLine(): Uint8Array {
    return this.#context.coarse.dateLine;
  }

  get requestIdField(): RequestIdField | undefined {
    return this.#context.requestIdField;
  }

  // ---- what the socket tells

  /** TLS is set up, or will never be: then Bun closes the connection. */
  handshaken(success: boolean): void {
    if (!success) return;
    this.#handshaking = false;
    this.progressMs = this.#context.coarse.nowMs;
  }

  received(chunk: Uint8Array): void {
    if (this.state === 'closed') return;
    if (this.state === 'lingering') {
      this.#lingered += chunk.length;
      if (this.#lingered > this.#context.settings.lingerBytes) this.#terminate();
      return;
    }
    this.progressMs = this.#context.coarse.nowMs;
    this.#input = this.#input === undefined ? chunk : Buffer.concat([this.#input, chunk]);
    if (this.state === 'exchange') this.#feedBody();
    else this.#pump();
    if ((this.#input?.length ?? 0) > this.#context.settings.pipelineBytes) this.#pause();
  }

  drained(): void {
    if (this.outbox.flush()) this.progressMs = this.#context.coarse.nowMs;
    if (this.state === 'closed') return;
    if (this.outbox.waitingBytes < this.answerBufferBytes / 2) this.#answer?.onDrain?.();
    if (this.outbox.waitingBytes === 0) this.#handedOver();
  }

  /** The visitor has sent FIN: gone, or only done with sending. */
  inputEnded(): void {
    this.#inputEnded = true;
    if (this.state === 'exchange') {
      if (this.#body !== undefined && !this.#body.over) return this.#terminate();
      // Who has gone answers any byte with a reset, who still listens takes this for what it is (RFC 9110, section 15.2).
      if (this.#answer?.begun === false && this.#answer.minorVersion === 1) this.outbox.send(processingLine);
      return;
    }
    if (this.state !== 'closed') this.#end();
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
    const { settings } = this.#context;
    const passed = nowMs - this.progressMs;
    switch (this.state) {
      case 'idle':
        if (passed > (this.#handshaking ? settings.headTimeoutMs : settings.idleTimeoutMs)) this.#end();
        // Who has come only just has a request under way to us, and nobody else will answer it.
        else if (this.#context.stopping() && (this.#used || passed > stoppingFreshMs)) this.#end();
        return;
      case 'head':
        if (passed > settings.headTimeoutMs)
          this.#refuse({
            kind: 'refusal',
            status: 408,
            code: 'http/late-head',
            message: 'the head of the request did not come in time',
          });
        return;
      case 'lingering':
        if (passed > (this.#context.stopping() ? stoppingLingerMs : settings.lingerMs)) this.#terminate();
        return;
      case 'exchange':
        if (this.outbox.waitingBytes > 0) {
          if (passed > settings.answerTimeoutMs) this.#terminate();
        } else if (
          this.#body?.opened === true &&
          !this.#body.over &&
          !this.#paused &&
          passed > settings.bodyTimeoutMs
        ) {
          this.#body.fail('late');
        }
    }
  }

  /** Ends a connection that has been idle for a moment: one that has only just come may have a request under way. */
  leaveIdle(nowMs: number): void {
    if (this.state === 'idle' && nowMs - this.progressMs >= leastIdleMs) this.#end();
  }

  /** Ends at once whatever is under way. */
  abort(): void {
    this.#terminate();
  }

  // ---- what the body asks

  startBody(): void {
    if (this.#expectsContinue && this.#input === undefined) this.outbox.send(continueLine);
    this.progressMs = this.#context.coarse.nowMs;
    this.#resume();
    this.#feedBody();
  }

  holdBody(): void {
    this.#pause();
  }

  resumeBody(): void {
    this.progressMs = this.#context.coarse.nowMs;
    this.#resume();
  }

  // ---- what the answer asks

  settle(): boolean {
    if (this.#body !== undefined && !this.#body.over && !this.#body.opened && !this.#expectsContinue)
      this.#skipBody(this.#body);
    if (this.#body !== undefined && !this.#body.complete) this.#keepAlive = false;
    if (this.#inputEnded || this.#context.stopping()) this.#keepAlive = false;
    return this.#keepAlive;
  }

  answerEnded(): void {
    this.progressMs = this.#context.coarse.nowMs;
    if (this.outbox.waitingBytes === 0) this.#handedOver();
  }

  breakOff(): void {
    this.#terminate();
  }

  // ---- requests

  /** Reads heads as long as there are any and no answer is owed; a loop, since a pipelined series may be long. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#input !== undefined && (this.state === 'idle' || this.state === 'head')) {
      const chunk = this.#input;
      this.#input = undefined;
      const result = this.#reader.push(chunk, 0);
      if (result === 'more') {
        if (!this.#reader.isEmpty && this.state === 'idle') this.state = 'head';
      } else if (result.kind === 'refusal') {
        this.#refuse(result);
      } else {
        if (this.#reader.next < chunk.length) this.#input = chunk.subarray(this.#reader.next);
        this.#begin(result);
      }
    }
    this.#pumping = false;
  }

  #begin(head: RequestHead): void {
    const { nextId, now, handler, requestIdField } = this.#context;
    const raw = head.target();
    if (head.method === 'TRACE') return this.#refuse(traceRefusal);
    const target = raw === '*' ? { path: raw, query: '' } : splitTarget(raw);
    if ('kind' in target) return this.#refuse(target);
    this.state = 'exchange';
    this.#used = true;
    this.#keepAlive = head.keepAlive;
    this.#expectsContinue = head.expectContinue;
    const given = this.#facts.trusted === true ? requestIdField?.read(head) : undefined;
    const id = given ?? nextId();
    const answer = new HttpAnswer(this, id, head.method, head.minorVersion);
    this.#answer = answer;
    this.#body = head.hasBody
      ? new HttpRequestBody(head.chunked ? undefined : head.contentLength, this)
      : undefined;
    const received = new HttpView(head, this.#facts, id, target.path, target.query);
    const { proxies } = this.#facts;
    const view = proxies === undefined ? received : new ForwardedView(received, proxies);
    this.#exchange = { id, view, arrivedMs: now(), body: this.#body, answer, onAbandoned: undefined };
    if (raw === '*') answerServerOptions(this.#exchange);
    else handler(this.#exchange);
  }

  #feedBody(): void {
    const body = this.#body;
    if (body === undefined || body.over || !body.opened || this.#input === undefined) return;
    const chunk = this.#input;
    this.#input = undefined;
    const next = body.take(chunk);
    if (next < 0) this.#keepAlive = false;
    else if (next < chunk.length) this.#input = chunk.subarray(next);
    // Its last bytes may have been held back, and nobody asks for more behind the end: only who reads notices that a visitor leaves.
    if (body.over) this.#resume();
  }

  /** Nobody wants the body, but all of it may be here already: then the connection can go on behind it. */
  #skipBody(body: HttpRequestBody): void {
    const chunk = this.#input;
    if (chunk === undefined) return;
    const next = body.take(chunk);
    if (next >= 0) this.#input = next < chunk.length ? chunk.subarray(next) : undefined;
  }

  #handedOver(): void {
    if (this.state === 'lingering') return this.#shutdown();
    const answer = this.#answer;
    if (answer === undefined || !answer.over) return;
    // Behind a request that was refused there is no telling what still comes.
    const bodyRead = this.#exchange !== undefined && (this.#body === undefined || this.#body.complete);
    this.#forgetExchange();
    const { keepAlive } = answer;
    // With nothing left to read there is nothing that could make the kernel reset the connection.
    const clean = bodyRead && this.#input === undefined;
    this.state = keepAlive ? 'idle' : 'lingering';
    answer.finished(true);
    if (!keepAlive) return clean ? this.#end() : this.#shutdown();
    this.#resume();
    this.#pump();
  }

  #forgetExchange(): void {
    this.#body?.fail('gone');
    this.#exchange = undefined;
    this.#answer = undefined;
    this.#body = undefined;
  }

  /** A request that is none: one error page, and no more from this visitor on this connection. */
  #refuse(refusal: Refusal): void {
    const { errorPage, nextId, onRefused } = this.#context;
    onRefused(refusal);
    const id = nextId();
    const page = errorPage.error(undefined, id, refusal.status);
    const { fields } = page.head;
    this.state = 'exchange';
    this.#keepAlive = false;
    const answer = new HttpAnswer(this, id, 'GET', 1);
    this.#answer = answer;
    answer.head({
      ...page.head,
      fields: refusedMethods.has(refusal.code) ? Buffer.concat([fields, allowLine]) : fields,
    });
    answer.write(page.body);
    answer.end();
  }

  // ---- ends

  #shutdown(): void {
    if (this.#shut || this.state === 'closed') return;
    this.#shut = true;
    this.progressMs = this.#context.coarse.nowMs;
    this.#input = undefined;
    if (this.#inputEnded) return this.#end();
    this.#socket.shutdown();
    this.#resume();
  }

  #end(): void {
    this.#socket.end();
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
