import type { AnswerReceiver, BackendFailure } from '../core/backend.ts';
import type { CgiHeadFailure } from '../protocol/cgi/cgi-head-failure.ts';
import { CgiHeadReader } from '../protocol/cgi/cgi-head-reader.ts';
import { bytesBehind } from './bytes-behind.ts';

/** `hold`: read no more until the receiver resumes. `whole`: Content-Length is reached, what follows is excess. */
export type AnswerProgress = 'more' | 'hold' | 'whole' | CgiHeadFailure;

/**
 * Makes a head and data for the receiver out of the bytes that a program or a daemon sends. Which end the answer has is for the
 * backend to say, which knows what else has happened; the receiver hears of one end only, and of nothing after it.
 *
 *              head complete             Content-Length reached
 *     head ──────────────────────► body ────────────────────────► whole
 *       │                            │
 *       │ HEAD, 204, 304, redirect   └── end of file: whole without Content-Length, else broken-off
 *       └──────────────────────► discarding ── end of file: whole
 *
 *     from each: end, fail or stop ──► stopped
 */
export class AnswerAssembly {
  readonly #receiver: AnswerReceiver;
  readonly #headOnly: boolean;
  readonly #headReader: CgiHeadReader;
  #state: 'head' | 'body' | 'discarding' | 'whole' | 'stopped' = 'head';
  /** Bytes of the body still to come; Infinity where the end of file ends it. */
  #left = Number.POSITIVE_INFINITY;

  /**
   * `requestMethod`: the answer to HEAD has no body (RFC 9110, section 9.3.2), whatever is sent. `nph`: what comes is an HTTP
   * response, not a CGI response.
   */
  constructor(
    receiver: AnswerReceiver,
    requestMethod: string | undefined,
    maxHeadBytes: number,
    nph = false,
  ) {
    this.#receiver = receiver;
    this.#headOnly = requestMethod === 'HEAD';
    this.#headReader = new CgiHeadReader({ maxHeadBytes, nph });
  }

  /** Whether the receiver is still to hear of the end. */
  get answering(): boolean {
    return this.#state !== 'stopped';
  }

  /** Whether an end of file alone says that the answer is whole, or broken off: nothing of its body can be missing unseen. */
  get framed(): boolean {
    return this.#state !== 'body' || this.#left !== Number.POSITIVE_INFINITY;
  }

  take(chunk: Uint8Array): AnswerProgress {
    switch (this.#state) {
      case 'body':
        return this.#takeBody(chunk);
      case 'head':
        return this.#takeHead(chunk);
      case 'discarding':
        return 'more';
      default:
        return 'whole';
    }
  }

  /** No more comes. `no-head`: not a byte came. */
  finish(): 'whole' | CgiHeadFailure | 'broken-off' {
    if (this.#state === 'head') {
      const failure = this.#headReader.finish();
      return typeof failure === 'string' ? failure : 'whole';
    }
    return this.#state === 'body' && this.#left !== Number.POSITIVE_INFINITY ? 'broken-off' : 'whole';
  }

  end(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#receiver.end();
  }

  fail(failure: BackendFailure): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#receiver.failed(failure);
  }

  /** The receiver hears nothing more. */
  stop(): void {
    this.#state = 'stopped';
  }

  #takeHead(chunk: Uint8Array): AnswerProgress {
    const head = this.#headReader.push(chunk);
    if (typeof head === 'string') return head;
    const { next } = this.#headReader;
    if (head.kind === 'answer') {
      const { status, contentLength } = head.head;
      // RFC 9110, section 6.4.1: these have no body; Content-Length of a 304 is that of the document.
      const bodiless = this.#headOnly || status === 204 || status === 304;
      this.#state = bodiless ? 'discarding' : 'body';
      if (!bodiless && contentLength !== undefined) this.#left = contentLength;
    } else this.#state = 'discarding';
    this.#receiver.head(head);
    if (this.#left === 0 && this.#state === 'body') this.#state = 'whole';
    if (next < chunk.length && this.#state === 'body') return this.#takeBody(bytesBehind(chunk, next));
    return this.#state === 'whole' ? 'whole' : 'more';
  }

  #takeBody(chunk: Uint8Array): AnswerProgress {
    const wanted = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= wanted.length;
    if (this.#left === 0) this.#state = 'whole';
    const more = this.#receiver.data(wanted);
    return this.#left === 0 ? 'whole' : more ? 'more' : 'hold';
  }
}
