import fc from 'fast-check';
import type { Random } from '../../src/core/random.ts';
import { nearValidSeries } from '../protocol/http1/near-valid-series.ts';

/** Right ones and wrong ones; what is repeated is more likely. */
// biome-ignore format: a list a line
const CHOICES = {
  cgiFields: ['Content-Type: text/plain', 'Content-Type: text/plain', 'content-type:text/html;charset=x', 'Content-Type:', 'Status: 200 OK', 'Status: 404', 'Status: 404 ', 'Status: 99 x', 'Status: 600', 'Status: 2000', 'Status: +20', 'Status: 200\tOK', 'Status: 204 No Content', 'Status: 304', 'Status: 100 Continue', 'Location: /a', 'Location: /a?b#c', 'Location: //h/a', 'Location: http://h/', 'Location: a', 'Location:', 'Location: /a b', 'Content-Length: 3', 'Content-Length: 3', 'Content-Length: 03', 'Content-Length: -3', 'Content-Length: 3, 3', 'Content-Length: 4', 'Content-Length:', 'Content-Length: 18446744073709551619', 'Transfer-Encoding: chunked', 'Connection: close, X-A', 'Keep-Alive: 1', 'Upgrade: h2c', 'Trailer: X', 'X-A: b', 'X-A : b', ': b', 'X-A', 'X A: b', ' X-A: b', '\tfolded', 'X-A: \x00', 'X-A: a\rb', 'X-A: \xe4\t', 'X\x80: b', 'Set-Cookie: a=b', 'Date: Sun, 06 Nov 1994 08:49:37 GMT', 'HTTP/1.1 200 OK', 'Script-Control: no-abort'],
  cgiEnds: [...Array<string>(20).fill('\n'), ...Array<string>(20).fill('\r\n'), '\r', '\r\r\n', '\n\r', ' \n', '\x00\n'],
  scgiNames: ['SCGI', 'CONTENT_LENGTH', 'REQUEST_METHOD', 'REQUEST_URI', 'PATH_INFO', 'HTTP_COOKIE', 'HTTP_COOKIE', 'HTTP_A', 'HTTP_A', 'HTTP_PROXY', 'HTTP_CONTENT_LENGTH', 'QUERY_STRING', '', 'a', 'A=B', 'A B', '\xe4', 'SCGI ', 'content_length', 'PATH', 'LD_PRELOAD'],
  scgiValues: ['1', '1', '0', '3', '', '03', '-1', '+3', '3 ', ' 3', '3,3', '18446744073709551619', 'GET', '/a/../b', '\xff\xfe', 'a\nb', 'a=b', 'x'.repeat(200)],
};

function from(random: Random, choices: readonly string[]): string {
  return choices[Math.floor(random() * choices.length)] ?? '';
}

/** Draws from an arbitrary in batches: its own machinery costs more than the codecs. */
function drawing(arbitrary: fc.Arbitrary<string>): (random: Random) => string {
  let batch: string[] = [];
  return (random) => {
    if (batch.length === 0)
      batch = fc.sample(arbitrary, { seed: Math.floor(random() * 2 ** 31), numRuns: 500 });
    return batch.pop() ?? '';
  };
}

/** Pipelined requests. */
export const nearValidHttp = drawing(nearValidSeries);

/** A whole response of a program. */
export function nearValidCgi(random: Random): string {
  const count = Math.floor(random() * 5);
  const usual = from(random, ['\n', '\r\n']);
  const end = () => (random() < 0.9 ? usual : from(random, CHOICES.cgiEnds));
  let text = '';
  for (let field = 0; field < count; field++) text += from(random, CHOICES.cgiFields) + end();
  return `${text}Content-Type: text/plain${end()}${end()}${from(random, ['', 'abc', 'abcd', '\n\n', '0\r\n\r\n'])}`;
}

/** The content of the netstring of an SCGI request. */
export function nearValidScgi(random: Random): string {
  const right = random() < 0.8 ? `CONTENT_LENGTH\0${from(random, ['0', '4', '4'])}\0SCGI\x001\0` : '';
  let text = right;
  for (let count = Math.floor(random() * 6); count > 0; count--)
    text += `${from(random, CHOICES.scgiNames)}\0${from(random, CHOICES.scgiValues)}${random() < 0.97 ? '\0' : ''}`;
  return text;
}
