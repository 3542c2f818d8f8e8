import type { AnswerFinished, AnswerHead, AnswerSink } from '../../core/answer.ts';
import { reasonPhrase } from '../../protocol/http1/reason-phrase.ts';
import type { Outbox } from '../outbox.ts';
import type { RequestIdField } from './request-id-field.ts';

/** What an answer asks of its connection. */
export interface AnswerConnection {
  readonly outbox: Outbox;
  /** Shared by all connections of a listener; valid only until the current call returns. */
  readonly scratch: Buffer;
  readonly answerBufferBytes: number;
  /** `Date: …` and CRLF. */
  readonly dateLine: Uint8Array;
  /** Tells the visitor the id of its request. */
  readonly requestIdField: RequestIdField | undefined;
  /** Asked once, when the head is made: may another request follow on this connection? */
  settle(): boolean;
  /** Everything has been handed to the outbox. */
  answerEnded(): void;
  /** The visitor must see that the answer is not whole. */
  breakOff(): void;
}

const crlf = Buffer.from('\r\n', 'latin1');
const lastChunk = Buffer.from('0\r\n\r\n', 'latin1');
const chunkedLine = Buffer.from('Transfer-Encoding: chunked\r\n', 'latin1');
const closeLine = Buffer.from('Connection: close\r\n', 'latin1');
const keepAliveLine = Buffer.from('Connection: keep-alive\r\n', 'latin1');
/** Room in the scratch buffer for what stands around the fields and the first bytes of the body. */
const headRoom = 1024;

/** Frames one answer for HTTP/1.1 or 1.0 (RFC 9112, section 6). The head waits for the first bytes, so that both go out in one write. */
export class HttpAnswer implements AnswerSink {
  readonly #connection: AnswerConnection;
  readonly #id: string;
  readonly #toHead: boolean;
  readonly minorVersion: 0 | 1;
  #head: AnswerHead | undefined;
  #left = Number.POSITIVE_INFINITY;
  #chunked = false;
  #bodiless = false;
  #over = false;
  #bytes = 0;
  keepAlive = false;
  /** The head has been given; no interim response may follow any more. */
  begun = false;
  onDrain: (() => void) | undefined;
  onFinished: ((finished: AnswerFinished) => void) | undefined;

  constructor(connection: AnswerConnection, id: string, method: string, minorVersion: 0 | 1) {
    this.#connection = connection;
    this.#id = id;
    this.#toHead = method === 'HEAD';
    this.minorVersion = minorVersion;
  }

  get over(): boolean {
    return this.#over;
  }

  head(head: AnswerHead): void {
    if (this.begun || this.#over) return;
    this.begun = true;
    this.#head = head;
    const { status, contentLength } = head;
    this.#bodiless = this.#toHead || status === 204 || status === 304;
    this.keepAlive = this.#connection.settle();
    if (!this.#bodiless) {
      this.#left = contentLength ?? Number.POSITIVE_INFINITY;
      this.#chunked = contentLength === undefined && this.minorVersion === 1;
      if (contentLength === undefined && !this.#chunked) this.keepAlive = false;
    }
    queueMicrotask(() => this.#flushHead());
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    const { outbox, answerBufferBytes } = this.#connection;
    const bytes = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    if (this.#bodiless || bytes.length === 0) return true;
    this.#left -= bytes.length;
    this.#bytes += bytes.length;
    this.#sendBody(bytes);
    return outbox.waitingBytes < answerBufferBytes;
  }

  end(): void {
    if (this.#over) return;
    if (!this.#bodiless && this.#left > 0 && Number.isFinite(this.#left)) return this.cut();
    this.#flushHead();
    if (this.#chunked) this.#connection.outbox.send(lastChunk);
    this.#over = true;
    this.#connection.answerEnded();
  }

  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.breakOff();
  }

  /** The connection says how it ended: all bytes are with the kernel, or the visitor has gone. */
  finished(complete: boolean): void {
    this.#over = true;
    const told = this.onFinished;
    this.onFinished = undefined;
    this.onDrain = undefined;
    told?.({ complete, bytes: this.#bytes });
  }

  #flushHead(): void {
    const { scratch, outbox } = this.#connection;
    const length = this.#writeHead(0);
    if (length > 0) outbox.sendScratch(scratch, length);
  }

  #sendBody(bytes: Uint8Array): void {
    const { scratch, outbox } = this.#connection;
    const fields = this.#head?.fields.length ?? 0;
    if (fields + bytes.length + headRoom > scratch.length) {
      this.#flushHead();
      if (this.#chunked) outbox.send(Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'));
      outbox.send(bytes);
      if (this.#chunked) outbox.send(crlf);
      return;
    }
    let at = this.#writeHead(0);
    if (this.#chunked) at = writeText(scratch, at, `${bytes.length.toString(16)}\r\n`);
    scratch.set(bytes, at);
    at += bytes.length;
    if (this.#chunked) at = writeBytes(scratch, at, crlf);
    outbox.sendScratch(scratch, at);
  }

  /** Writes the head into the scratch buffer where it has not been sent; returns the offset behind it. */
  #writeHead(from: number): number {
    const head = this.#head;
    if (head === undefined || this.#over) return from;
    this.#head = undefined;
    const { scratch, dateLine, requestIdField } = this.#connection;
    if (head.fields.length + headRoom > scratch.length)
      throw new RangeError(`a head of ${head.fields.length} bytes is over the bound`);
    let at = writeText(
      scratch,
      from,
      `HTTP/1.1 ${head.status} ${head.reason === '' ? reasonPhrase(head.status) : head.reason.slice(0, 256)}\r\n`,
    );
    at = writeBytes(scratch, at, head.fields);
    if (requestIdField !== undefined) at = writeText(scratch, at, requestIdField.line(this.#id, head.fields));
    if (head.contentLength !== undefined && head.status !== 204) {
      at = writeText(scratch, at, `Content-Length: ${head.contentLength}\r\n`);
    } else if (this.#chunked) {
      at = writeBytes(scratch, at, chunkedLine);
    }
    if (!head.hasDate) at = writeBytes(scratch, at, dateLine);
    if (!this.keepAlive) at = writeBytes(scratch, at, closeLine);
    else if (this.minorVersion === 0) at = writeBytes(scratch, at, keepAliveLine);
    return writeBytes(scratch, at, crlf);
  }
}

function writeText(into: Buffer, from: number, text: string): number {
  return from + into.write(text, from, 'latin1');
}

function writeBytes(into: Uint8Array, from: number, bytes: Uint8Array): number {
  into.set(bytes, from);
  return from + bytes.length;
}
