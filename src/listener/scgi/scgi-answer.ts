import type { AnswerFinished, AnswerHead, AnswerSink } from '../../core/answer.ts';
import { reasonPhrase } from '../../protocol/http1/reason-phrase.ts';
import type { RequestIdField } from '../http/request-id-field.ts';
import type { Outbox } from '../outbox.ts';

/** What an answer asks of its connection. */
export interface ScgiAnswerConnection {
  readonly outbox: Outbox;
  readonly answerBufferBytes: number;
  readonly requestIdField: RequestIdField | undefined;
  /** Everything has been handed to the outbox. */
  answerEnded(): void;
  /** The peer must see that the answer is not whole. `openEnded`: a plain end would look whole, since no length was sent. */
  breakOff(openEnded: boolean): void;
}

/** How every answer begins, whatever it will be: so it can be sent before the answer is known. */
const beginning = Buffer.from('Status: ', 'latin1');
/** A chunk of at most this size goes out together with the head. */
const joinedBytes = 64 << 10;

/** Frames one answer as a CGI response (RFC 3875, section 6): it ends with the connection. */
export class ScgiAnswer implements AnswerSink {
  readonly #connection: ScgiAnswerConnection;
  readonly #id: string;
  readonly #toHead: boolean;
  #head: Uint8Array | undefined;
  #left = Number.POSITIVE_INFINITY;
  #bodiless = false;
  #begunEarly = false;
  #sent = false;
  #over = false;
  #bytes = 0;
  #begun = false;
  onDrain: (() => void) | undefined;
  onFinished: ((finished: AnswerFinished) => void) | undefined;

  constructor(connection: ScgiAnswerConnection, id: string, method: string | undefined) {
    this.#connection = connection;
    this.#id = id;
    this.#toHead = method === 'HEAD';
  }

  get over(): boolean {
    return this.#over;
  }

  /**
   * The peer has stopped sending, and may have gone: whoever has answers any byte with a reset. To whoever still listens,
   * this is only the beginning of the answer.
   */
  probe(): void {
    if (this.#begunEarly || this.#begun || this.#over) return;
    this.#begunEarly = true;
    this.#connection.outbox.send(beginning);
  }

  head(head: AnswerHead): void {
    if (this.#begun || this.#over) return;
    this.#begun = true;
    const { status, contentLength } = head;
    this.#bodiless = this.#toHead || status === 204 || status === 304;
    if (!this.#bodiless) this.#left = contentLength ?? Number.POSITIVE_INFINITY;
    this.#head = this.#encode(head);
    queueMicrotask(() => this.#flushHead());
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true;
    const { outbox, answerBufferBytes } = this.#connection;
    const bytes = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk;
    if (this.#bodiless || bytes.length === 0) return true;
    this.#left -= bytes.length;
    this.#bytes += bytes.length;
    if (this.#head !== undefined && bytes.length <= joinedBytes) {
      this.#head = Buffer.concat([this.#head, bytes]);
      this.#flushHead();
    } else {
      this.#flushHead();
      outbox.send(bytes);
    }
    return outbox.waitingBytes < answerBufferBytes;
  }

  end(): void {
    if (this.#over) return;
    if (!this.#bodiless && this.#left > 0 && Number.isFinite(this.#left)) return this.cut();
    this.#flushHead();
    this.#over = true;
    this.#connection.answerEnded();
  }

  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.breakOff(this.#sent && !this.#bodiless && this.#left === Number.POSITIVE_INFINITY);
  }

  /** The connection says how it ended: all bytes are with the kernel, or the peer has gone. */
  finished(complete: boolean): void {
    this.#over = true;
    const told = this.onFinished;
    this.onFinished = undefined;
    this.onDrain = undefined;
    told?.({ complete, bytes: this.#bytes });
  }

  #flushHead(): void {
    const head = this.#head;
    if (head === undefined || this.#over) return;
    this.#head = undefined;
    this.#sent = true;
    this.#connection.outbox.send(this.#begunEarly ? head.subarray(beginning.length) : head);
  }

  #encode(head: AnswerHead): Uint8Array {
    const { status, contentLength, fields } = head;
    const reason = head.reason === '' ? reasonPhrase(status) : head.reason.slice(0, 256);
    const length =
      contentLength === undefined || status === 204 ? '' : `Content-Length: ${contentLength}\r\n`;
    const id = this.#connection.requestIdField?.line(this.#id, fields) ?? '';
    return Buffer.concat([
      beginning,
      Buffer.from(`${status} ${reason}\r\n`, 'latin1'),
      fields,
      Buffer.from(`${length}${id}\r\n`, 'latin1'),
    ]);
  }
}
