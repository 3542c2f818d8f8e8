import type { AnswerHead } from '../../core/answer.ts';
import type { AnswerFraming } from '../connection-answer.ts';
import type { Outbox } from '../outbox.ts';
import type { RequestIdField } from '../request-id-field.ts';
import type { Scratch } from '../scratch.ts';
import { StatusLines } from '../status-lines.ts';

/** How every answer begins, whatever it will be: so it can be sent before the answer is known. */
const beginning = 'Status: ';
const beginningBytes = Buffer.from(beginning, 'latin1');
const statusLines = new StatusLines(beginning);
const restLines = new StatusLines('');
const crlf = Buffer.from('\r\n', 'latin1');

/** Frames one answer as a CGI response (RFC 3875, section 6): it ends with the connection. */
export class ScgiFraming implements AnswerFraming {
  readonly chunked = false;
  readonly #requestIdField: RequestIdField | undefined;
  #hasBegun = false;

  constructor(requestIdField: RequestIdField | undefined) {
    this.#requestIdField = requestIdField;
  }

  probe(outbox: Outbox): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    outbox.send(beginningBytes);
  }

  writeHead(into: Scratch, head: AnswerHead, id: string): void {
    const { status, contentLength, fields } = head;
    (this.#hasBegun ? restLines : statusLines).write(into, status, head.reason);
    into.add(fields);
    if (contentLength !== undefined && status !== 204) into.text(`Content-Length: ${contentLength}\r\n`);
    this.#requestIdField?.write(into, id, fields);
    into.add(crlf);
  }
}
