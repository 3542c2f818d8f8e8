import type { View } from '../core/view.ts';
import { Outbox, type WritableSocket } from '../listener/outbox.ts';
import { byteStringBytes } from '../protocol/byte-string-bytes.ts';
import { ScgiHeadReader } from '../protocol/scgi/scgi-head-reader.ts';
import { type AnswerEnd, answerRequest } from './answer-request.ts';
import type { FailureLog } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { IncomingBody } from './incoming-body.ts';
import { plainAnswer } from './plain-answer.ts';

/** The part of Bun's socket that a conversation needs. */
export interface ConversationSocket extends WritableSocket {
  pause(): void;
  resume(): void;
  shutdown(): void;
  end(): void;
  terminate(): void;
}

export interface ConversationOptions {
  readonly application: FetchApplication;
  readonly log: FailureLog;
  /** The kernel resets no Unix socket, so its reader cannot tell a cut answer of unknown length from a whole one. */
  readonly isUnix: boolean;
  /** The answer is out, or nobody waits for it any more. Called once; the socket may stay open for a while. */
  readonly answered: () => void;
  /** Called once, after `answered`. */
  readonly closed: () => void;
}

/** Bytes of variables. */
const MAX_HEAD_BYTES = 256 * 1024;
/** What is kept of a body before the application asks for it. */
const PENDING_BYTES = 64 * 1024;
/** What is kept of an answer before the peer takes it. */
const UNSENT_BYTES = 256 * 1024;

/** Of every answer that is written here. */
const BEGINNING = 'Status: ';
/** For the rest of a body that nobody asked for. */
const LINGER_MS = 30_000;
/** Longer than servers wait for the next part of an answer: theirs is the time limit that shows the cut. */
const SILENCE_MS = 120_000;

/**
 * One connection of a server in front: one request, one answer, and the end.
 *
 *     head ──► answering ──answer is out, body is here───────────────► closed
 *      │           ├─ answer is out, body still comes ──► lingering ──► closed (at the peer's end)
 *      │           ├─ answer cut over TCP ──► closed by a reset
 *      │           └─ answer cut over a Unix socket ──► lingering: nothing is said until the time limit of the peer ends it
 *      └─ malformed: 400 ──► lingering
 *     the peer closes at any moment: closed, and the request's signal aborts
 *
 * Lingering: a server that passes a body on takes it for an error when we stop reading, and loses our answer.
 */
export class ScgiConversation {
  readonly #socket: ConversationSocket;
  readonly #options: ConversationOptions;
  readonly #reader = new ScgiHeadReader(MAX_HEAD_BYTES);
  readonly #aborter = new AbortController();
  readonly #outbox: Outbox;
  #state: 'head' | 'answering' | 'lingering' | 'closed' = 'head';
  /** Bytes of the body that have not come yet. */
  #left = 0;
  #body: IncomingBody | undefined;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #isPaused = false;
  #room: PromiseWithResolvers<void> | undefined;
  #answered = false;
  #hasBegun = false;
  /** The beginning of the answer is out, and nothing else of it. */
  #isProbed = false;
  #lingering: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: ConversationSocket, options: ConversationOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new Outbox(socket, { held: () => {}, lost: () => this.ended() });
  }

  received(chunk: Uint8Array): void {
    if (this.#state === 'answering') return this.#takeBody(chunk);
    if (this.#state !== 'head') return;
    const head = this.#reader.push(chunk);
    if (head === 'more') return;
    this.#state = 'answering';
    if ('kind' in head) {
      void this.#finish(this.#write(plainAnswer(head.status, head.message, false)).then(() => 'whole'));
      return;
    }
    this.#left = head.contentLength;
    this.#takeBody(chunk.subarray(this.#reader.next));
    void this.#finish(this.#answer(head));
  }

  /** The kernel has room again. */
  drained(): void {
    this.#outbox.flush();
    if (this.#outbox.waitingBytes === 0) this.#gotRoom();
  }

  /**
   * The peer sends no more. It may well wait for its answer, if it has sent all of its request; or it has gone: then what is sent to it comes
   * back as a reset. So the beginning that every answer has is sent, where none is under way.
   */
  inputEnded(): void {
    if (this.#state !== 'answering' || this.#left > 0) {
      this.#socket.terminate();
      this.ended();
    } else if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#isProbed = true;
      this.#outbox.send(byteStringBytes(BEGINNING));
    }
  }

  /** The connection is closed. */
  ended(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#lingering);
    this.#outbox.close();
    const reason = new DOMException('the visitor has left', 'AbortError');
    if (!this.#answered) this.#aborter.abort(reason);
    this.#body?.fail(reason);
    this.#gotRoom();
    this.#sayAnswered();
    this.#options.closed();
  }

  /** Ends what only waits for the peer. */
  close(): void {
    if (this.#state === 'answering') return;
    this.#socket.terminate();
    this.ended();
  }

  #answer(head: View & { readonly contentLength: number }): Promise<AnswerEnd> {
    const { application, log } = this.#options;
    const incoming = {
      view: head,
      body: () => this.#openBody(head.contentLength),
      signal: this.#aborter.signal,
      output: { write: (bytes: Uint8Array) => this.#write(bytes) },
    };
    return answerRequest(application, incoming, log);
  }

  async #finish(answer: Promise<AnswerEnd>): Promise<void> {
    const end = await answer;
    // What the kernel has not taken yet would be lost at the end.
    while (!this.#isClosed && this.#outbox.waitingBytes > 0) await this.#untilRoom();
    if (this.#isClosed) return;
    this.#state = 'lingering';
    this.#sayAnswered();
    const isSilent = end === 'cut' && this.#options.isUnix;
    if (end !== 'whole' && !isSilent) this.#socket.terminate();
    else if (this.#left === 0 && !isSilent) this.#socket.end();
    else {
      if (!isSilent) this.#socket.shutdown();
      this.#lingering = setTimeout(() => this.close(), isSilent ? SILENCE_MS : LINGER_MS);
      this.#resume();
    }
  }

  get #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #sayAnswered(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#options.answered();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hasBegun = true;
    this.#outbox.send(this.#isProbed ? bytes.subarray(BEGINNING.length) : bytes);
    this.#isProbed = false;
    while (!this.#isClosed && this.#outbox.waitingBytes > UNSENT_BYTES) await this.#untilRoom();
    if (this.#isClosed) throw new Error('the reader of the answer is gone');
  }

  #untilRoom(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  #gotRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  #openBody(length: number): ReadableStream<Uint8Array> {
    const body = new IncomingBody(length, {
      wanted: () => this.#resume(),
      refused: () => this.#resume(),
    });
    for (const chunk of this.#early) body.push(chunk);
    this.#early = [];
    this.#earlyBytes = 0;
    this.#body = body;
    return body.stream;
  }

  #takeBody(chunk: Uint8Array): void {
    const own = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= own.length;
    if (own.length === 0) return;
    if (this.#body === undefined) {
      this.#early.push(own);
      this.#earlyBytes += own.length;
    } else this.#body.push(own);
    const waiting = this.#earlyBytes + (this.#body?.waitingBytes ?? 0);
    // With all of it here there is nothing to hold back, and a paused socket does not say that the peer has left.
    if (this.#left > 0 && waiting >= PENDING_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#socket.pause();
    }
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (!this.#isClosed) this.#socket.resume();
  }
}
