import { describe, expect, test } from 'vitest';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { RequestHead } from '../../../src/protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../../src/protocol/http1/request-head-reader.ts';
import { requestLimits } from '../../../src/protocol/http1/request-limits.ts';
import { type ReadRequest, readSeries } from './read-series.ts';

const LIMITS = { maxHeadBytes: 1000, maxTargetBytes: 100, maxFields: 10 };

function read(text: string) {
  return readSeries([byteStringBytes(text)], LIMITS);
}

/** A request with this line and these fields. */
function head(line: string, ...fields: string[]): string {
  return [line, ...fields, '', ''].join('\r\n');
}

const GET = 'GET / HTTP/1.1';
const POST = 'POST / HTTP/1.1';
const HOST = 'Host: h';

describe('a request is read', () => {
  // biome-ignore format: one case a line reads as a table
  const accepted: [rfc: string, what: string, request: string, read: Partial<ReadRequest>][] = [
    ['9112 3', 'the least there is', head(GET, HOST), { method: 'GET', target: '/', host: 'h', minorVersion: 1 }],
    ['9110 9.1', 'a method nobody knows', head('F-o_o! / HTTP/1.1', HOST), { method: 'F-o_o!' }],
    ['9110 9.1', 'methods differ by case', head('get / HTTP/1.1', HOST), { method: 'get' }],
    ['9112 2.2', 'after an empty line', `\r\n${head(GET, HOST)}`, { method: 'GET' }],
    ['9112 2.3', 'in HTTP/1.0 without Host', head('GET / HTTP/1.0'), { minorVersion: 0, host: undefined, keepAlive: false }],
    ['9112 3.2.1', 'a target as it came', head('GET /a/../%2e?q=|"\\? HTTP/1.1', HOST), { target: '/a/../%2e?q=|"\\?' }],
    ['9112 3.2.1', 'a target with raw bytes over 127', head('GET /\xe4\xff HTTP/1.1', HOST), { target: '/\xe4\xff' }],
    ['9112 3.2.1', 'a target that begins with two slashes', head('GET //x/y HTTP/1.1', HOST), { target: '//x/y', host: 'h' }],
    ['9112 3.2.2', 'an absolute target counts before Host', head('GET http://t:81/p?q HTTP/1.1', HOST), { target: '/p?q', host: 't:81' }],
    ['9112 3.2.2', 'a scheme in upper case', head('GET HTTPS://t/p HTTP/1.1', HOST), { target: '/p', host: 't' }],
    ['9112 3.2.1', 'an absolute target without a path', head('GET http://t HTTP/1.1', HOST), { target: '/', host: 't', rawTarget: 'http://t' }],
    ['9112 3.2.1', 'an absolute target with a query only', head('GET http://t?q HTTP/1.1', HOST), { target: '/?q', host: 't' }],
    ['9112 3.2.4', 'OPTIONS of a whole server', head('OPTIONS * HTTP/1.1', HOST), { target: '*' }],
    ['9112 3.2.4', 'the same in absolute form', head('OPTIONS http://t:80 HTTP/1.1', HOST), { target: '*', host: 't:80' }],
    ['9110 7.2', 'an empty Host', head(GET, 'Host:'), { host: '' }],
    ['9110 7.2', 'a Host with a port', head(GET, 'Host: example.com:8080'), { host: 'example.com:8080' }],
    ['9110 7.2', 'a Host with an empty port', head(GET, 'Host: h:'), { host: 'h:' }],
    ['3986 3.2.2', 'a Host of a name with escapes', head(GET, 'Host: a%2Fb!'), { host: 'a%2Fb!' }],
    ['3986 3.2.2', 'a Host of an IPv6 address', head(GET, 'Host: [::ffff:1.2.3.4]:80'), { host: '[::ffff:1.2.3.4]:80' }],
    ['9112 5', 'blanks around a value', head(GET, HOST, 'A: \t b \tc \t'), { fields: [['Host', 'h'], ['A', 'b \tc']] }],
    ['9112 5', 'a value right after the colon', head(GET, HOST, 'A:b'), { fields: [['Host', 'h'], ['A', 'b']] }],
    ['9110 5.5', 'an empty value', head(GET, HOST, 'A:', 'B: \t '), { fields: [['Host', 'h'], ['A', ''], ['B', '']] }],
    ['9110 5.5', 'bytes over 127 in a value', head(GET, HOST, 'A: \x80\xff'), { fields: [['Host', 'h'], ['A', '\x80\xff']] }],
    ['9110 5.1', 'names in any case, as they came', head(GET, 'hOST: h', "x!#$%&'*+-.^_`|~9: 1"), { host: 'h', fields: [['hOST', 'h'], ["x!#$%&'*+-.^_`|~9", '1']] }],
    ['9112 6.2', 'a body of a known length', `${head(POST, HOST, 'Content-Length: 3')}a\r\n`, { contentLength: 3, body: 'a\r\n', complete: true }],
    ['9112 6.2', 'a length with zeros before it', `${head(POST, HOST, 'Content-Length: 0003')}abc`, { contentLength: 3, body: 'abc' }],
    ['9112 6.2', 'a length of nothing', head(POST, HOST, 'Content-Length: 0'), { contentLength: 0, complete: true }],
    ['9112 6.2', 'the largest length', head(POST, HOST, 'Content-Length: 9007199254740991'), { contentLength: 2 ** 53 - 1 }],
    ['9110 9.3.1', 'a GET with a body', `${head(GET, HOST, 'Content-Length: 1')}a`, { body: 'a' }],
    ['9112 6.3', 'no length and no encoding: no body', head(POST, HOST), { contentLength: undefined, chunked: false, complete: true }],
    ['9112 7.1', 'a chunked body', `${head(POST, HOST, 'Transfer-Encoding: Chunked')}1\r\na\r\n0\r\n\r\n`, { chunked: true, contentLength: undefined, body: 'a', complete: true }],
    ['9112 9.3', 'HTTP/1.1 stays', head(GET, HOST, 'Connection: x'), { keepAlive: true }],
    ['9112 9.3', 'HTTP/1.1 that closes', head(GET, HOST, 'Connection: foo ,\tCLOSE'), { keepAlive: false }],
    ['9112 9.3', 'close in a second field', head(GET, HOST, 'Connection: keep-alive', 'Connection: close'), { keepAlive: false }],
    ['9112 9.3', 'a longer word is not close', head(GET, HOST, 'Connection: closed, not-close'), { keepAlive: true }],
    ['9112 9.3', 'HTTP/1.0 that stays', head('GET / HTTP/1.0', 'Connection: Keep-Alive'), { keepAlive: true }],
    ['9112 9.3', 'close wins over keep-alive', head('GET / HTTP/1.0', 'Connection: keep-alive, close'), { keepAlive: false }],
    ['9110 10.1.1', 'who waits for 100', head(POST, HOST, 'Expect: 100-Continue', 'Content-Length: 1'), { expectContinue: true }],
    ['9110 10.1.1', 'nobody waits without a body', head(POST, HOST, 'Expect: 100-continue'), { expectContinue: false }],
    ['9110 10.1.1', 'an expectation in HTTP/1.0 is not heard', head('POST / HTTP/1.0', 'Expect: 100-continue', 'Content-Length: 1'), { expectContinue: false }],
    ['9110 10.1.1', 'not even an unknown one', head('POST / HTTP/1.0', 'Expect: tea'), { expectContinue: false }],
    ['9110 7.8', 'Upgrade is not heard', head(GET, HOST, 'Connection: upgrade', 'Upgrade: websocket'), { keepAlive: true }],
  ];

  test.each(accepted)('RFC %s: %s', (_rfc, _what, request, expected) => {
    const series = read(request);
    expect(series.requests[0]).toMatchObject(expected);
    expect(series.requests).toHaveLength(1);
    const [first] = series.requests;
    expect(series.end).toBe(first?.complete && !first.keepAlive ? 'closed' : 'more');
  });
});

describe('a request is refused', () => {
  // biome-ignore format: one case a line reads as a table
  const refused: [rfc: string, what: string, request: string, status: number, code: string][] = [
    ['9112 3', 'a method that is no token', head('G@T / HTTP/1.1', HOST), 400, 'http/bad-method'],
    ['9112 3', 'no method', head(' / HTTP/1.1', HOST), 400, 'http/bad-method'],
    ['9112 3', 'a TLS greeting', '\x16\x03\x01\x02\x00', 400, 'http/bad-method'],
    ['9110 9.1', 'a method without end', 'A'.repeat(33), 501, 'http/method-too-long'],
    ['9110 9.3.6', 'CONNECT', head('CONNECT h:443 HTTP/1.1', HOST), 501, 'http/no-tunnels'],
    ['9112 3', 'two spaces after the method', head('GET  / HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3', 'a tab for a space', head('GET\t/ HTTP/1.1', HOST), 400, 'http/bad-method'],
    ['9112 3.2', 'a space in the target', head('GET /a b HTTP/1.1', HOST), 400, 'http/bad-version'],
    ['9112 3.2', 'a control character in the target', head('GET /\x01 HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2', 'NUL in the target', head('GET /\0 HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2', 'DEL in the target', head('GET /\x7f HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2', 'a fragment', head('GET /a#b HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2', 'a target that is no path', head('GET a HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2.4', '* without OPTIONS', head('GET * HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2.4', 'more than *', head('OPTIONS *a HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2.3', 'an authority without CONNECT', head('GET h:80 HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9110 4.2.1', 'an absolute target without a host', head('GET http:///p HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9110 4.2.1', 'an absolute target with a port only', head('GET http://:80/p HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9110 4.2.4', 'an absolute target with user and password', head('GET http://u:p@h/ HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 3.2.2', 'a scheme that is not HTTP', head('GET ftp://h/ HTTP/1.1', HOST), 400, 'http/bad-target'],
    ['9112 2.3', 'no version', 'GET /\r\n', 400, 'http/bad-target'],
    ['9112 2.3', 'a version in lower case', head('GET / http/1.1', HOST), 400, 'http/bad-version'],
    ['9112 2.3', 'a version of two digits', head('GET / HTTP/1.10', HOST), 400, 'http/bad-version'],
    ['9112 2.3', 'a version without digits', head('GET / HTTP/x.y', HOST), 400, 'http/bad-version'],
    ['9112 3', 'a space after the version', head('GET / HTTP/1.1 ', HOST), 400, 'http/bad-version'],
    ['9110 15.6.6', 'HTTP/1.2', head('GET / HTTP/1.2', HOST), 505, 'http/unsupported-version'],
    ['9110 15.6.6', 'HTTP/0.9', head('GET / HTTP/0.9', HOST), 505, 'http/unsupported-version'],
    ['9113 3.4', 'HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505, 'http/unsupported-version'],
    ['9112 2.2', 'LF alone after the request line', `${GET}\nHost: h\r\n\r\n`, 400, 'http/bad-version'],
    ['9112 2.2', 'LF alone after a field', `${GET}\r\nHost: h\n\r\n`, 400, 'http/bad-line-end'],
    ['9112 2.2', 'LF alone for the empty line', `${GET}\r\nHost: h\r\n\n`, 400, 'http/bad-field-name'],
    ['9112 2.2', 'LF alone before the request', `\n${head(GET, HOST)}`, 400, 'http/bad-line-end'],
    ['9112 2.2', 'CR alone in the request line', `${GET}\rHost: h\r\n\r\n`, 400, 'http/bad-line-end'],
    ['9112 2.2', 'CR alone in a value', head(GET, HOST, 'A: b\rc'), 400, 'http/bad-line-end'],
    ['9112 2.2', 'CR alone before the request', `\r${head(GET, HOST)}`, 400, 'http/bad-line-end'],
    ['9112 2.2', 'CR twice at the end of the head', `${GET}\r\nHost: h\r\n\r\r\n`, 400, 'http/bad-line-end'],
    ['9112 2.2', 'nothing but empty lines', '\r\n'.repeat(9), 400, 'http/too-many-empty-lines'],
    ['9112 2.2', 'a blank before the first field', head(GET, ' Host: h'), 400, 'http/folded-field'],
    ['9112 5.2', 'a folded field', head(GET, HOST, 'A: b', ' c'), 400, 'http/folded-field'],
    ['9112 5.2', 'a field folded by a tab', head(GET, HOST, 'A: b', '\tc'), 400, 'http/folded-field'],
    ['9112 5.1', 'a space before the colon', head(GET, HOST, 'A : b'), 400, 'http/space-before-colon'],
    ['9112 5.1', 'a tab before the colon', head(GET, HOST, 'A\t: b'), 400, 'http/space-before-colon'],
    ['9112 5', 'a field without a name', head(GET, HOST, ': b'), 400, 'http/bad-field-name'],
    ['9112 5', 'a field without a colon', head(GET, HOST, 'A'), 400, 'http/bad-field-name'],
    ['9110 5.1', 'a name that is no token', head(GET, HOST, 'A(: b'), 400, 'http/bad-field-name'],
    ['9110 5.1', 'a name with a byte over 127', head(GET, HOST, '\xe4: b'), 400, 'http/bad-field-name'],
    ['9110 5.5', 'NUL in a value', head(GET, HOST, 'A: \0'), 400, 'http/bad-field-value'],
    ['9110 5.5', 'a control character in a value', head(GET, HOST, 'A: \x0b'), 400, 'http/bad-field-value'],
    ['9110 5.5', 'DEL in a value', head(GET, HOST, 'A: \x7f'), 400, 'http/bad-field-value'],
    ['9112 3.2', 'no Host', head(GET), 400, 'http/missing-host'],
    ['9112 3.2', 'no Host, the target being absolute', head('GET http://h/ HTTP/1.1'), 400, 'http/missing-host'],
    ['9112 3.2', 'two Hosts', head(GET, HOST, HOST), 400, 'http/repeated-host'],
    ['9112 3.2', 'two Hosts in HTTP/1.0', head('GET / HTTP/1.0', HOST, HOST), 400, 'http/repeated-host'],
    ['9112 3.2', 'a Host with a path', head(GET, 'Host: h/p'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with a user', head(GET, 'Host: u@h'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with a blank', head(GET, 'Host: a, b'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with a byte over 127', head(GET, 'Host: \xe4'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with a broken escape', head(GET, 'Host: a%2'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with letters for a port', head(GET, 'Host: h:http'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with a port there is not', head(GET, 'Host: h:65536'), 400, 'http/bad-host'],
    ['9112 3.2', 'a Host with two ports', head(GET, 'Host: h:1:2'), 400, 'http/bad-host'],
    ['3986 3.2.2', 'a Host with an open bracket', head(GET, 'Host: [::1'), 400, 'http/bad-host'],
    ['3986 3.2.2', 'a Host with text after the bracket', head(GET, 'Host: [::1]x'), 400, 'http/bad-host'],
    ['3986 3.2.2', 'a Host with brackets around a name', head(GET, 'Host: [h]'), 400, 'http/bad-host'],
    ['9112 6.3', 'Content-Length of nothing', head(POST, HOST, 'Content-Length:'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length with a sign', head(POST, HOST, 'Content-Length: +1'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length below zero', head(POST, HOST, 'Content-Length: -1'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length in hexadecimal', head(POST, HOST, 'Content-Length: 0x1'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length with a fraction', head(POST, HOST, 'Content-Length: 1.0'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length of two words', head(POST, HOST, 'Content-Length: 1 1'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length as a list', head(POST, HOST, 'Content-Length: 1, 1'), 400, 'http/bad-content-length'],
    ['9112 6.3', 'Content-Length twice, equal', head(POST, HOST, 'Content-Length: 1', 'content-length: 1'), 400, 'http/repeated-content-length'],
    ['9112 6.3', 'Content-Length twice, different', head(POST, HOST, 'Content-Length: 0', 'Content-Length: 1'), 400, 'http/repeated-content-length'],
    ['9110 8.6', 'Content-Length of 2^53', head(POST, HOST, 'Content-Length: 9007199254740992'), 413, 'http/content-length-too-large'],
    ['9110 8.6', 'Content-Length over 2^64', head(POST, HOST, 'Content-Length: 18446744073709551617'), 413, 'http/content-length-too-large'],
    ['9112 11.2', 'a tab after Content-Length', head(POST, HOST, 'Content-Length: 1\t'), 400, 'http/tab-in-framing-field'],
    ['9112 11.2', 'a tab before an encoding', head(POST, HOST, 'Transfer-Encoding:\tchunked'), 400, 'http/tab-in-framing-field'],
    ['9112 11.2', 'a tab after an encoding', head(POST, HOST, 'Transfer-Encoding: chunked \t', 'Upgrade: x'), 400, 'http/tab-in-framing-field'],
    ['9112 6.3', 'both framings', head(POST, HOST, 'Content-Length: 1', 'Transfer-Encoding: chunked'), 400, 'http/two-framings'],
    ['9112 6.3', 'both framings, the encoding unknown', head(POST, HOST, 'Transfer-Encoding: x', 'Content-Length: 1'), 400, 'http/two-framings'],
    ['9112 6.1', 'an encoding in HTTP/1.0', head('POST / HTTP/1.0', 'Transfer-Encoding: chunked'), 400, 'http/transfer-encoding-in-1.0'],
    ['9112 6.1', 'an unknown encoding', head(POST, HOST, 'Transfer-Encoding: gzip, chunked'), 501, 'http/unknown-transfer-encoding'],
    ['9112 6.1', 'chunked and something after it', head(POST, HOST, 'Transfer-Encoding: chunked, identity'), 501, 'http/unknown-transfer-encoding'],
    ['9112 6.1', 'chunked in quotes', head(POST, HOST, 'Transfer-Encoding: "chunked"'), 501, 'http/unknown-transfer-encoding'],
    ['9112 6.1', 'an encoding of nothing', head(POST, HOST, 'Transfer-Encoding:'), 501, 'http/unknown-transfer-encoding'],
    ['9112 6.1', 'chunked twice', head(POST, HOST, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), 400, 'http/repeated-transfer-encoding'],
    ['9110 10.1.1', 'an unknown expectation', head(POST, HOST, 'Expect: tea'), 417, 'http/unknown-expectation'],
    ['9110 10.1.1', 'an unknown expectation beside a known one', head(POST, HOST, 'Expect: tea', 'Expect: 100-continue'), 417, 'http/unknown-expectation'],
    ['9112 3', 'a target that is too long', head(`GET /${'a'.repeat(100)} HTTP/1.1`, HOST), 414, 'http/target-too-long'],
    ['6585 5', 'a head that is too large', head(GET, HOST, `A: ${'a'.repeat(1000)}`), 431, 'http/head-too-large'],
    ['6585 5', 'too many fields', head(GET, HOST, ...'abcdefghij'.split('').map((name) => `${name}: 1`)), 431, 'http/too-many-fields'],
  ];

  test.each(refused)('RFC %s: %s', (_rfc, _what, request, status, code) => {
    const series = read(request);
    expect(series.end).toMatchObject({ kind: 'refusal', status, code });
    expect(series.requests).toEqual([]);
  });

  test('with a message that says what was expected, what was found, and where', () => {
    expect(read(head(GET, 'A : b')).end).toMatchObject({
      message: 'expected a field name and a colon, found 0x20 at byte 17',
    });
    expect(read(head(POST, HOST, 'Content-Length: +1')).end).toMatchObject({
      message: 'expected Content-Length in digits, found "+1"',
    });
  });
});

describe('the limits', () => {
  const fits = head(GET, HOST, `A: ${'a'.repeat(968)}`);

  test('a head of exactly the most bytes is read, one more is refused', () => {
    expect(fits).toHaveLength(LIMITS.maxHeadBytes);
    expect(read(fits).requests).toHaveLength(1);
    expect(read(fits.replace('aa', 'aaa')).end).toMatchObject({ status: 431, code: 'http/head-too-large' });
  });

  test('empty lines before a head do not count to it', () => {
    expect(read(`\r\n\r\n${fits}`).requests).toHaveLength(1);
  });

  test('a target of exactly the most bytes is read', () => {
    expect(read(head(`GET /${'a'.repeat(99)} HTTP/1.1`, HOST)).requests).toHaveLength(1);
  });

  test('exactly the most fields are read', () => {
    const fields = Array.from({ length: 9 }, (_, index) => `f${index}: ${index}`);
    expect(read(head(GET, HOST, ...fields)).requests[0]?.fields).toHaveLength(10);
  });

  test('a head that fills its bound before its target ends is a target too long', () => {
    const series = readSeries([byteStringBytes(`GET /${'a'.repeat(30)}`)], { ...LIMITS, maxHeadBytes: 20 });
    expect(series.end).toMatchObject({ status: 414, code: 'http/target-too-long' });
  });

  test('more fields than a browser sends keep their places', () => {
    const names = Array.from({ length: 99 }, (_, index) => `f${index}`);
    const request = head(GET, HOST, ...names.map((name) => `${name}: v${name}`));
    const series = readSeries([byteStringBytes(request)], requestLimits(32_768));
    expect(series.requests[0]?.fields).toEqual([['Host', 'h'], ...names.map((name) => [name, `v${name}`])]);
  });

  test('a head of a mebibyte that comes byte by byte is read in time that grows no faster than its length', () => {
    const long = byteStringBytes(head(GET, HOST, `A: ${'a'.repeat(2 ** 20)}`));
    const pieces = Array.from(long, (_, index) => long.subarray(index, index + 1));
    expect(readSeries(pieces, requestLimits(2 ** 21)).requests).toHaveLength(1);
  });
});

describe('a reader of heads', () => {
  test('reads a head in place and says where it ended', () => {
    const chunk = byteStringBytes(`xx${head(GET, HOST)}yy`);
    const reader = new RequestHeadReader(LIMITS);
    const result = reader.push(chunk, 2);
    expect(result).toBeInstanceOf(RequestHead);
    expect((result as RequestHead).bytes).toBe(chunk);
    expect(reader.next).toBe(chunk.length - 2);
  });

  test('reads a head from pieces and says where it ended in the last one', () => {
    const reader = new RequestHeadReader(LIMITS);
    expect(reader.push(byteStringBytes('GET / HT'), 0)).toBe('more');
    expect(reader.next).toBe(8);
    expect(reader.push(byteStringBytes('--TP/1.1\r\nHost: h\r\n\r\nrest'), 2)).toMatchObject({
      method: 'GET',
    });
    expect(reader.next).toBe(21);
  });

  test('keeps a head whole while the next one is read', () => {
    const reader = new RequestHeadReader(LIMITS);
    reader.push(byteStringBytes('GET /one HTTP/1.1\r'), 0);
    const one = reader.push(byteStringBytes('\nHost: one\r\n\r\n'), 0) as RequestHead;
    reader.push(byteStringBytes('GET /two HTTP/1.1\r'), 0);
    const two = reader.push(byteStringBytes('\nHost: two\r\n\r\n'), 0) as RequestHead;
    expect([one.target(), one.host(), two.target(), two.host()]).toEqual(['/one', 'one', '/two', 'two']);
  });

  test('is empty until the first byte of a request, and again after its head', () => {
    const reader = new RequestHeadReader(LIMITS);
    const empty = [reader.isEmpty];
    for (const piece of ['\r', '\n', 'G', 'ET / HTTP/1.1\r\nHost: h\r\n\r', '\n']) {
      reader.push(byteStringBytes(piece), 0);
      empty.push(reader.isEmpty);
    }
    expect(empty).toEqual([true, true, true, false, false, true]);
  });

  test('gives the same refusal again and takes nothing, until it is reset', () => {
    const reader = new RequestHeadReader(LIMITS);
    const refused = reader.push(byteStringBytes('@'), 0);
    expect(reader.push(byteStringBytes(head(GET, HOST)), 0)).toBe(refused);
    expect(reader.next).toBe(0);
    reader.reset();
    expect(reader.push(byteStringBytes(head(GET, HOST)), 0)).toBeInstanceOf(RequestHead);
  });

  test('forgets half a head when it is reset', () => {
    const reader = new RequestHeadReader(LIMITS);
    reader.push(byteStringBytes('GET / HTTP/1.1\r\nHost: other\r\nA'), 0);
    reader.reset();
    expect(reader.isEmpty).toBe(true);
    expect((reader.push(byteStringBytes(head(GET, HOST)), 0) as RequestHead).host()).toBe('h');
  });

  test('knows no field beyond the last', () => {
    const read = new RequestHeadReader(LIMITS).push(byteStringBytes(head(GET, HOST)), 0) as RequestHead;
    expect(() => read.fieldName(1)).toThrow(RangeError);
    expect(() => read.fieldValue(-1)).toThrow(RangeError);
  });
});
