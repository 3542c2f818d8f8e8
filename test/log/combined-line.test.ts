import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combinedLine } from '../../src/log/combined-line.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { viewOf } from '../support/view-of.ts';

const arrivedMs = Date.UTC(2030, 0, 2, 3, 4, 5, 678);
const view = {
  REMOTE_ADDR: '192.0.2.7',
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/wiki/?x=1',
  SERVER_PROTOCOL: 'HTTP/1.1',
};
const line = (variables: Record<string, string>, changes = {}) =>
  combinedLine(exchangeRecord({ view: viewOf({ ...view, ...variables }), ...changes }), arrivedMs);

test('a request is a line as Apache and nginx write it', () => {
  expect(line({ REMOTE_USER: 'eve', HTTP_REFERER: 'http://a/', HTTP_USER_AGENT: 'curl/8' })).toBe(
    '192.0.2.7 - eve [02/Jan/2030:03:04:05 +0000] "GET /wiki/?x=1 HTTP/1.1" 200 5123 "http://a/" "curl/8"\n',
  );
});

test('what there was not is a dash; a visitor who left before the answer is a 499', () => {
  expect(line({}, { status: 0, bytesOut: 0 })).toBe(
    '192.0.2.7 - - [02/Jan/2030:03:04:05 +0000] "GET /wiki/?x=1 HTTP/1.1" 499 - "-" "-"\n',
  );
});

test.each([
  ['a "quote"', 'a \\"quote\\"'],
  ['back\\slash', 'back\\\\slash'],
  ['tab\tand\x0bmore', 'tab\\tand\\vmore'],
  ['\x1b[31m', '\\x1b[31m'],
  ['gr\xc3\xb6\xdfer\x7f', 'gr\\xc3\\xb6\\xdfer\\x7f'],
  ['line\r\nend\b', 'line\\r\\nend\\b'],
])('%j is escaped as Apache does it', (agent, escaped) => {
  expect(line({ HTTP_USER_AGENT: agent }).endsWith(`"-" "${escaped}"\n`)).toBe(true);
});

test('an empty name of a user is a pair of quotes, so that the columns stay', () => {
  expect(line({ REMOTE_USER: '' })).toContain('192.0.2.7 - "" [');
});

test('is one line that a reader of such logs takes apart again, whatever the visitor sent', () => {
  const combined =
    /^(\S+) - (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"\n$/;
  const bytes = fc.uint8Array().map((array) => String.fromCharCode(...array));
  fc.assert(
    fc.property(bytes, bytes, bytes, (target, referer, agent) => {
      const text = line({ REQUEST_URI: target, HTTP_REFERER: referer, HTTP_USER_AGENT: agent });
      expect(text).toMatch(combined);
      expect(text).toMatch(/^[\x20-\x7e]*\n$/);
    }),
  );
});
