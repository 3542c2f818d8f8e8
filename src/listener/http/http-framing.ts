import type { AnswerHead } from '../../core/answer.ts';
import type { AnswerFraming } from '../connection-answer.ts';
import type { Outbox } from '../outbox.ts';
import type { Scratch } from '../scratch.ts';
import { StatusLines } from '../status-lines.ts';
import type { HttpContext } from './http-context.ts';

const statusLines = new StatusLines('HTTP/1.1 ');
/** An interim answer: who still listens takes it for what it is (RFC 9110, section 15.2). */
const processingLine = Buffer.from('HTTP/1.1 102 Processing\r\n\r\n', 'latin1');
const crlf = Buffer.from('\r\n', 'latin1');
const chunkedLine = Buffer.from('Transfer-Encoding: chunked\r\n', 'latin1');
const closeLine = Buffer.from('Connection: close\r\n', 'latin1');
const keepAliveLine = Buffer.from('Connection: keep-alive\r\n', 'latin1');

/** Frames the answers of one connection, one after the other, for HTTP/1.1 or 1.0 (RFC 9112, section 6). */
export class HttpFraming implements AnswerFraming {
  readonly #context: HttpContext;
  chunked = false;
  /** Another request may follow on the connection. */
  keepAlive = false;
  /** Of the request. */
  minorVersion: 0 | 1 = 1;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  /** A request has come: nothing is known of its answer. */
  begin(minorVersion: 0 | 1): void {
    this.minorVersion = minorVersion;
    this.chunked = false;
    this.keepAlive = false;
  }

  /** `keepAlive`: another request is welcome, if the end of this answer can be seen. */
  settle(keepAlive: boolean, contentLength: number | undefined, bodiless: boolean): void {
    const isOpen = contentLength === undefined && !bodiless;
    this.chunked = isOpen && this.minorVersion === 1;
    this.keepAlive = keepAlive && (!isOpen || this.chunked);
  }

  probe(outbox: Outbox): void {
    if (this.minorVersion === 1) outbox.send(processingLine);
  }

  writeHead(into: Scratch, head: AnswerHead, id: string): void {
    const { requestIdField, date } = this.#context;
    const { status, contentLength, fields } = head;
    statusLines.write(into, status, head.reason);
    into.add(fields);
    requestIdField?.write(into, id, fields);
    if (contentLength !== undefined && status !== 204) into.text(`Content-Length: ${contentLength}\r\n`);
    else if (this.chunked) into.add(chunkedLine);
    if (!head.hasDate) into.add(date.bytes);
    if (!this.keepAlive) into.add(closeLine);
    else if (this.minorVersion === 0) into.add(keepAliveLine);
    into.add(crlf);
  }
}
