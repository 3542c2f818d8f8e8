import type { PreparedAnswer } from '../core/overload-page.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';

/** A document response of RFC 3875, section 6.2.1, with its real status. To HEAD it has no body (section 4.3.3). */
export function cgiResponse({ head, body }: PreparedAnswer, isHead: boolean): Uint8Array {
  const { status, fields } = head;
  const before = `Status: ${status} ${reasonPhrase(status)}\r\nContent-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(before), fields, Buffer.from('\r\n'), isHead ? Buffer.alloc(0) : body]);
}
