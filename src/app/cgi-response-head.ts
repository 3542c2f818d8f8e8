import { connectionFields } from '../protocol/connection-fields.ts';
import { reasonPhrase } from '../protocol/http1/reason-phrase.ts';

/** Visible characters, spaces and bytes above ASCII (RFC 9112, section 4): the runtime does not check what an application says. */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
const OF_CONNECTION: ReadonlySet<string> = new Set(connectionFields);

/** Whether an answer has a body at all (RFC 9110, section 6.4.1). */
export function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 205 && status !== 304;
}

/**
 * The head of a CGI response (RFC 3875, section 6.3) as a byte string, with the empty line. Fields that speak of a connection are left out.
 * A body of no type is `text/plain;charset=utf-8`: that is what the standard gives to strings, and where the runtime does not.
 *
 * @param bodyBytes length of a body that is known as a whole; left out where the application said a length itself
 */
export function cgiResponseHead(response: Response, bodyBytes?: number): string {
  const { status, statusText, headers } = response;
  const reason = statusText !== '' && REASON.test(statusText) ? statusText : reasonPhrase(status);
  let head = `Status: ${status}${reason === '' ? '' : ` ${reason}`}\r\n`;
  for (const [name, value] of headers) {
    if (!OF_CONNECTION.has(name)) head += `${name}: ${value}\r\n`;
  }
  if (hasBody(status)) {
    if (bodyBytes !== undefined && !headers.has('content-length')) head += `content-length: ${bodyBytes}\r\n`;
    if (response.body !== null && !headers.has('content-type'))
      head += 'content-type: text/plain;charset=utf-8\r\n';
  }
  return `${head}\r\n`;
}
