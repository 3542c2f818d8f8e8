import type { AnswerFinished, AnswerHead, AnswerSink } from '../core/answer.ts';
import type { ConnectionContext } from './connection-context.ts';
import type { LateHead } from './late-heads.ts';
import type { Outbox } from './outbox.ts';
import { Scratch } from './scratch.ts';
import type { Transport } from './transport.ts';

/** How an answer is written. One for each connection, since it has one answer at a time. */
export interface AnswerFraming {
  /** In pieces with their sizes (RFC 9112, section 7.1); else the answer ends with its announced length or the connection. */
  readonly chunked: boolean;
  /**
   * The peer has stopped sending, and may have gone: who has answers any byte with a reset. Sends what harms nobody who still
   * listens. Only before the head.
   */
  probe(outbox: Outbox): void;
  /** At most `headRoom` bytes beside the fields. */
  writeHead(into: Scratch, head: AnswerHead, id: string): void;
}

/** What an answer asks of its connection. */
export interface AnswerConnection {
  readonly transport: Transport;
  readonly framing: AnswerFraming;
  readonly context: ConnectionContext;
  /** Asked once, when the head is given: decides about the framing. `bodiless`: no body will follow, whatever is announced. */
  settle(contentLength: number | undefined, bodiless: boolean): void;
  /** Everything has been handed to the outbox. */
  answerEnded(): void;
  /** The peer must see that the answer is not whole. `openEnded`: a plain end would look whole, since no length was sent. */
  breakOff(openEnded: boolean): void;
}

const crlf = Buffer.from('\r\n', 'latin1');
const lastChunk = Buffer.from('0\r\n\r\n', 'latin1');
/** For what stands around the fields, and around the first bytes of the body. */
const headRoom = 1024;

/** One answer on its way to the peer: counts down the announced length, and says how it ended. */
export class ConnectionAnswer implements AnswerSink, LateHead {
  readonly #connection: AnswerConnection;
  readonly #id: string;
  readonly #toHead: boolean;
  /** Given and not sent. */
  #head: AnswerHead | undefined;
  #headSent = false;
  /** Bytes of the body that are still to come. */
  #left = Number.POSITIVE_INFINITY;
  #bodiless = false;
  #bytes = 0;
  /** The head has been given. */
  begun = false;
  /** Ended, cut, or nobody wants it. */
  over = false;
  onDrain: (() => void) | undefined;
  onFinished: ((finished: AnswerFinished) => void) | undefined;

  /** `method` is that of the request: HEAD gets no body. */
  constructor(connection: AnswerConnection, id: string, method: string) {
    this.#connection = connection;
    this.#id = id;
    this.#toHead = method === 'HEAD';
  }

  head(head: AnswerHead): void {
    if (this.begun || this.over) return;
    this.begun = true;
    this.#head = head;
    const { status, contentLength } = head;
    this.#bodiless = this.#toHead || status === 204 || status === 304;
    if (!this.#bodiless) this.#left = contentLength ?? Number.POSITIVE_INFINITY;
    this.#connection.settle(contentLength, this.#bodiless);
    this.#connection.context.lateHeads.add(this);
  }

  write(chunk: Uint8Array): boolean {
    if (this.over || this.#bodiless) return true;
    const bytes = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    if (bytes.length === 0) return true;
    this.#left -= bytes.length;
    this.#bytes += bytes.length;
    this.#send(bytes);
    const { transport, context } = this.#connection;
    return transport.outbox.waitingBytes < context.settings.answerBufferBytes;
  }

  end(): void {
    if (this.over) return;
    if (!this.#bodiless && this.#left > 0 && this.#left !== Number.POSITIVE_INFINITY) return this.cut();
    this.flushHead();
    const { transport, framing } = this.#connection;
    if (framing.chunked) transport.outbox.send(lastChunk);
    this.over = true;
    this.#connection.answerEnded();
  }

  cut(): void {
    if (this.over) return;
    this.over = true;
    const isOpenEnded = !this.#bodiless && this.#left === Number.POSITIVE_INFINITY;
    this.#connection.breakOff(this.#headSent && isOpenEnded);
  }

  flushHead(): void {
    if (this.#head === undefined || this.over) return;
    const scratch = this.#startWith(this.#head);
    this.#connection.transport.outbox.sendScratch(scratch.bytes, scratch.length);
  }

  /** The connection says how it ended: all bytes are with the kernel, or the peer has gone. */
  finished(complete: boolean): void {
    this.over = true;
    const told = this.onFinished;
    this.onFinished = undefined;
    this.onDrain = undefined;
    told?.({ complete, bytes: this.#bytes });
  }

  /** In one write with the head and the framing, as far as they are short. */
  #send(bytes: Uint8Array): void {
    const { transport, framing, context } = this.#connection;
    const { outbox } = transport;
    const head = this.#head;
    const { chunked } = framing;
    if (head === undefined && !chunked) return outbox.send(bytes);
    if ((head?.fields.length ?? 0) + bytes.length + headRoom > context.scratch.bytes.length) {
      this.flushHead();
      if (chunked) outbox.send(Buffer.from(sizeLine(bytes), 'latin1'));
      outbox.send(bytes);
      if (chunked) outbox.send(crlf);
      return;
    }
    const scratch = this.#startWith(head);
    if (chunked) scratch.text(sizeLine(bytes));
    scratch.add(bytes);
    if (chunked) scratch.add(crlf);
    outbox.sendScratch(scratch.bytes, scratch.length);
  }

  /** A scratch that begins with the head, where it has not been sent. */
  #startWith(head: AnswerHead | undefined): Scratch {
    const { framing, context } = this.#connection;
    const { scratch } = context;
    scratch.length = 0;
    if (head === undefined) return scratch;
    this.#head = undefined;
    this.#headSent = true;
    const room = head.fields.length + headRoom;
    const into = room > scratch.bytes.length ? new Scratch(room) : scratch;
    framing.writeHead(into, head, this.#id);
    return into;
  }
}

function sizeLine(chunk: Uint8Array): string {
  return `${chunk.length.toString(16)}\r\n`;
}
