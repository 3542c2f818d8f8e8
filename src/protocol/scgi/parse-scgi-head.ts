import { type Refusal, refusal } from '../../core/refusal.ts';
import { byteString } from '../byte-string.ts';
import { mergeFieldValues } from '../cgi/merge-field-values.ts';
import { ScgiHead } from './scgi-head.ts';

/** Fifteen digits stay exact in a number. */
const LENGTH = /^[0-9]{1,15}$/;
/** What can be the name of an environment variable: an SCGI request may end up in the exec lane. */
const NAME = /^[!-<>-~]+$/;

/**
 * Reads the content of the netstring that begins an SCGI request. Source: SCGI, A Simple Common Gateway Interface
 * alternative, 2008.
 *
 * Of repeated names, which front servers do send:
 * - HTTP_* is one field sent more than once: merged.
 * - CONTENT_LENGTH and SCGI frame the request: refused.
 * - for any other the last wins. They are the front server's own words, as where an operator includes a common list of
 *   variables and sets one anew below it; a front server can say anything once, so refusing protects nobody.
 *
 * HTTP_PROXY is left out, since libraries in programs take it for the address of their proxy (httpoxy, CVE-2016-5385).
 * CONTENT_LENGTH is a variable only where there is a body (RFC 3875, section 4.1.2).
 *
 * HTTP_CONTENT_LENGTH is what the visitor said. nginx before 1.29.6 with `scgi_request_buffering off` gives as CONTENT_LENGTH what it
 * happens to have of the body by then: no program may take that for the whole.
 */
export function parseScgiHead(content: Uint8Array): ScgiHead | Refusal {
  if (content.length === 0 || content[content.length - 1] !== 0)
    return bad('a NUL after every name and value');
  const parts = byteString(content, 0, content.length - 1).split('\0');
  if (parts.length % 2 !== 0) return bad('a value for every name');
  const [first, length = ''] = parts;
  if (first !== 'CONTENT_LENGTH') return bad('CONTENT_LENGTH first');
  if (!LENGTH.test(length)) return bad('digits in CONTENT_LENGTH');

  const variables = new Map<string, string>();
  const contentLength = Number(length);
  // Without zeros at its start, which programs take for octal.
  if (contentLength > 0) variables.set('CONTENT_LENGTH', String(contentLength));
  let versions = 0;
  for (let index = 2; index < parts.length; index += 2) {
    const name = parts[index] as string;
    const value = parts[index + 1] as string;
    if (name === 'SCGI') {
      if (value !== '1') return bad('1 in SCGI');
      versions++;
    } else if (name === 'CONTENT_LENGTH') return bad('CONTENT_LENGTH once');
    else if (!NAME.test(name)) return bad('names of printable characters without "="');
    else if (name !== 'HTTP_PROXY') {
      const earlier = name.startsWith('HTTP_') ? variables.get(name) : undefined;
      variables.set(name, earlier === undefined ? value : mergeFieldValues(name, earlier, value));
    }
  }
  if (versions !== 1) return bad('SCGI once');
  const visitors = variables.get('HTTP_CONTENT_LENGTH');
  if (visitors && !(LENGTH.test(visitors) && Number(visitors) === contentLength)) {
    const found = `the CONTENT_LENGTH that the visitor said, ${visitors}, found ${contentLength}`;
    return refusal(400, 'scgi/lost-body', `expected ${found}: the front server has lost a part of the body`);
  }
  return new ScgiHead(contentLength, variables);
}

function bad(expected: string): Refusal {
  return refusal(400, 'scgi/bad-head', `expected ${expected} in the head of an SCGI request`);
}
