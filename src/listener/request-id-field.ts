import { byteStringBytes } from '../protocol/byte-string-bytes.ts';
import { equalsLowerCase } from '../protocol/equals-lower-case.ts';
import type { RequestHead } from '../protocol/http1/request-head.ts';
import { safeRequestId } from './safe-request-id.ts';
import type { Scratch } from './scratch.ts';

const crlf = byteStringBytes('\r\n');
const LF = 0x0a;
const COLON = 0x3a;

/** The header field in which the id of a request goes from server to server and back to the visitor. */
export class RequestIdField {
  readonly #beginning: Uint8Array;
  readonly #lowerName: Uint8Array;
  /** The meta-variable that programs know the field by: `HTTP_X_REQUEST_ID`. */
  readonly variable: string;

  constructor(name: string) {
    this.#beginning = byteStringBytes(`${name}: `);
    this.#lowerName = byteStringBytes(name.toLowerCase());
    this.variable = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
  }

  /** What the request says; nothing where it says nothing, says it twice, or says what is not safe. */
  read(head: RequestHead): string | undefined {
    const { bytes, spans, fieldCount } = head;
    let found = -1;
    for (let field = 0; field < fieldCount; field++) {
      const from = spans[4 * field] as number;
      if (!equalsLowerCase(bytes, from, spans[4 * field + 1] as number, this.#lowerName)) continue;
      if (found >= 0) return undefined;
      found = field;
    }
    return found < 0 ? undefined : safeRequestId(head.fieldValue(found));
  }

  /** Writes the field line of an answer, unless the application has one of its own among `fields`. */
  write(into: Scratch, id: string, fields: Uint8Array): void {
    if (this.#isAmong(fields)) return;
    into.add(this.#beginning);
    into.text(id);
    into.add(crlf);
  }

  #isAmong(fields: Uint8Array): boolean {
    const { length } = this.#lowerName;
    for (let at = 0; at < fields.length; ) {
      if (fields[at + length] === COLON && equalsLowerCase(fields, at, at + length, this.#lowerName))
        return true;
      const end = fields.indexOf(LF, at);
      if (end < 0) return false;
      at = end + 1;
    }
    return false;
  }
}
