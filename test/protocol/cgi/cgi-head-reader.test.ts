import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteString } from '../../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { CgiHeadReader } from '../../../src/protocol/cgi/cgi-head-reader.ts';
import { cutIntoChunks } from '../../support/cut-into-chunks.ts';

const BOUND = 400;

/** What the reader makes of these chunks: its answer with the fields as text, and the body's bytes that it has seen. */
function read(chunks: readonly Uint8Array[], maxHeadBytes = BOUND) {
  const reader = new CgiHeadReader({ maxHeadBytes });
  for (const [index, chunk] of chunks.entries()) {
    const result = reader.push(chunk);
    if (result === 'more') continue;
    if (typeof result === 'string') return result;
    const rest = [chunk.subarray(reader.next), ...chunks.slice(index + 1)];
    const body = rest.map((bytes) => byteString(bytes)).join('');
    if (result.kind === 'local-redirect') return { target: result.target, body };
    const { fields, ...head } = result.head;
    return { ...head, fields: byteString(fields), body };
  }
  return reader.finish();
}

function answerTo(text: string) {
  return read([byteStringBytes(text)]);
}

describe('an answer', () => {
  test('has its fields as they were sent, each line ended by CRLF', () => {
    expect(
      answerTo('content-TYPE: text/html\nX-Wiki:Fossil  \nSet-Cookie:\ta=1\nSet-Cookie: b=2\n\n<p>'),
    ).toEqual({
      status: 200,
      reason: '',
      fields: 'content-TYPE: text/html\r\nX-Wiki: Fossil\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n',
      contentLength: undefined,
      hasDate: false,
      body: '<p>',
    });
  });

  test.each([
    ['LF', 'Status: 201\nContent-Type: text/plain\n\nbody'],
    ['CRLF', 'Status: 201\r\nContent-Type: text/plain\r\n\r\nbody'],
    ['first CRLF, then LF', 'Status: 201\r\nContent-Type: text/plain\n\nbody'],
    ['first LF, then CRLF', 'Status: 201\nContent-Type: text/plain\n\r\nbody'],
  ])('has lines that end in %s', (_, text) => {
    expect(answerTo(text)).toMatchObject({
      status: 201,
      fields: 'Content-Type: text/plain\r\n',
      body: 'body',
    });
  });

  test.each([
    ['a body that begins with a line end', 'Status: 200\n\n\nbody', '\nbody'],
    ['a body that looks like a head', 'Status: 200\n\nStatus: 500\n\n', 'Status: 500\n\n'],
    ['no body', 'Status: 204\n\n', ''],
  ])('may have %s', (_, text, body) => {
    expect(answerTo(text)).toMatchObject({ body });
  });

  test('keeps bytes from 128 on, and blanks and colons inside values', () => {
    const fields = 'Content-Type: text/plain\r\nX-Title: caf\xe9:  a\tb \xff\r\n';
    expect(answerTo(`${fields}\r\n`)).toMatchObject({ fields });
  });

  test.each(['Date: now', 'date:', 'DATE: Thu, 01 Jan 1970 00:00:00 GMT'])(
    'knows that it has a date: %s',
    (field) => {
      expect(answerTo(`Status: 200\n${field}\n\n`)).toMatchObject({ hasDate: true });
    },
  );

  test.each([
    'Connection: close',
    'KEEP-ALIVE: timeout=5',
    'Proxy-Connection: close',
    'transfer-encoding: chunked',
    'TE: trailers',
    'Trailer: X-Sum',
    'Upgrade: websocket',
  ])('has nothing of a connection: %s', (field) => {
    expect(answerTo(`Status: 200\n${field}\nX-A: b\n\n`)).toMatchObject({ fields: 'X-A: b\r\n' });
  });

  test('is as long as its bound at most, with the empty line', () => {
    const head = 'Content-Type: text/plain\r\n\r\n';
    expect(read([byteStringBytes(`${head}body`)], head.length)).toMatchObject({ status: 200, body: 'body' });
    expect(read([byteStringBytes(`${head}body`)], head.length - 1)).toBe('head-too-large');
    expect(read([byteStringBytes(head)], head.length - 1)).toBe('head-too-large');
    expect(read([byteStringBytes('x'.repeat(BOUND + 1))])).toBe('head-too-large');
  });

  test('may come from a chunk that is used again afterwards', () => {
    const chunk = byteStringBytes('Status: 200\nX-A: b\n\n');
    const head = new CgiHeadReader({ maxHeadBytes: BOUND }).push(chunk);
    chunk.fill(0);
    expect(typeof head === 'object' && head.kind === 'answer' && byteString(head.head.fields)).toBe(
      'X-A: b\r\n',
    );
  });
});

describe('the status (RFC 3875, section 6.3.3)', () => {
  test.each([
    ['404', 404, ''],
    ['404 Not Found', 404, 'Not Found'],
    ['200 \t OK', 200, 'OK'],
    ['599 caf\xe9', 599, 'caf\xe9'],
    [' 204  ', 204, ''],
  ])('%j is %i', (value, status, reason) => {
    expect(answerTo(`Status:${value}\n\n`)).toMatchObject({ status, reason, fields: '' });
  });

  test.each([
    '',
    '20',
    '2000',
    '200OK',
    '100',
    '101 Switching Protocols',
    '199',
    '600',
    '999',
    '-20',
    'OK',
    'HTTP/1.1 200 OK',
  ])('%j is none', (value) => {
    expect(answerTo(`Status: ${value}\n\n`)).toBe('bad-head');
  });
});

describe('the length', () => {
  test.each([
    ['Content-Length: 12', 12],
    ['content-length:0', 0],
    ['Content-Length: 12\nContent-Length: 12', 12],
    ['Content-Length: 999999999999999', 999_999_999_999_999],
  ])('is taken out of the fields: %s', (lines, contentLength) => {
    expect(answerTo(`Status: 200\n${lines}\n\n`)).toMatchObject({ contentLength, fields: '' });
  });

  test.each([
    'Content-Length:',
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: 5, 5',
    'Content-Length: 1000000000000000',
    'Content-Length: 1\nContent-Length: 2',
  ])('is refused: %j', (lines) => {
    expect(answerTo(`Status: 200\n${lines}\n\n`)).toBe('bad-head');
  });
});

describe('Location (RFC 3875, section 6.2)', () => {
  const other = { contentLength: undefined, hasDate: false, reason: '' };

  test.each([
    ['Location: /wiki/home?a=b', '/wiki/home?a=b'],
    ['location:/', '/'],
    ['Location: /a\nConnection: close\nContent-Length: 0', '/a'],
  ])('%j alone is served inside (6.2.2)', (lines, target) => {
    expect(answerTo(`${lines}\n\nbody`)).toEqual({ target, body: 'body' });
  });

  test.each([
    ['an absolute one (6.2.3)', 'Location: https://example.org/\r\n'],
    ['one that names another host', 'Location: //example.org/\r\n'],
    ['one with a fragment', 'Location: /a#b\r\n'],
    ['a relative one', 'Location: home\r\n'],
    ['a path beside a cookie', 'Set-Cookie: a=b\r\nLocation: /a\r\n'],
    ['a path beside a type', 'Location: /a\r\nContent-Type: text/html\r\n'],
  ])('redirects the visitor: %s', (_, fields) => {
    expect(answerTo(`${fields}\r\n`)).toEqual({ ...other, status: 302, fields, body: '' });
  });

  test('redirects the visitor where a document comes with it', () => {
    expect(answerTo('Location: /a\nContent-Length: 4\n\nbody')).toMatchObject({
      status: 302,
      contentLength: 4,
    });
  });

  test.each([
    ['302 Found', 'Location: /a\r\n', 302],
    ['301', 'Location: https://example.org/\r\nContent-Type: text/html\r\n', 301],
    ['201', 'Location: /new\r\n', 201],
    ['200', 'Location: \r\n', 200],
  ])('with Status %s passes as it is (6.2.4)', (value, fields, status) => {
    expect(answerTo(`Status: ${value}\r\n${fields}\r\n`)).toMatchObject({ status, fields });
    expect(answerTo(`${fields}Status: ${value}\r\n\r\n`)).toMatchObject({ status, fields });
  });
});

describe('a head that could be read in two ways, or in none, is bad', () => {
  test.each([
    ['no field', '\n'],
    ['no field of CGI', 'X-A: b\n\n'],
    ['only fields that are taken out', 'Content-Length: 5\nConnection: close\n\n'],
    [
      'a status line, as from a program for no parsing',
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n',
    ],
    ['no name', 'Status: 200\n: b\n\n'],
    ['no colon', 'Status: 200\nhello\n\n'],
    ['a document without a head', '<html>\n<p>hello\n\n'],
    ['a name that is no token', 'Status: 200\nX@A: b\n\n'],
    ['a name with a byte from 128 on', 'Status: 200\nX\xe9: b\n\n'],
    ['a space before the colon', 'Status: 200\nX-A : b\n\n'],
    ['a space before the name', 'Status: 200\n X-A: b\n\n'],
    ['a folded line', 'Status: 200\nX-A: b\n c\n\n'],
    ['a bare CR in a value', 'Status: 200\nX-A: b\rX-C: d\n\n'],
    ['two CRs at a line’s end', 'Status: 200\r\r\n\r\n'],
    ['a bare CR instead of the empty line', 'Status: 200\n\rX-A: b\n\n'],
    ['a NUL', 'Status: 200\nX-A: \0\n\n'],
    ['another control', 'Status: 200\nX-A: \x1b[0m\n\n'],
    ['DEL', 'Status: 200\nX-A: \x7f\n\n'],
    ['two Status', 'Status: 200\nStatus: 200\n\n'],
    ['two Locations', 'Location: /a\nLocation: /a\n\n'],
    ['two Locations, the first of them empty', 'Location:\nLocation: /a\n\n'],
    ['an empty Location alone', 'Location:\n\n'],
    ['two different Content-Types', 'Content-Type: text/html\nContent-Type: text/plain\n\n'],
    ['two Content-Types, one the start of the other', 'Content-Type: text/html\nContent-Type: text/htm\n\n'],
  ])('%s', (_, text) => {
    expect(answerTo(text)).toBe('bad-head');
  });

  test('but two Content-Types that agree are one', () => {
    const fields = 'Content-Type: text/html\r\n';
    expect(answerTo(`${fields}X-A: b\n${fields}\r\n`)).toMatchObject({ fields: `${fields}X-A: b\r\n` });
    expect(answerTo('Content-Type:\nContent-Type: \n\n')).toMatchObject({ fields: 'Content-Type: \r\n' });
  });
});

describe('the end of the input', () => {
  test.each([
    ['', 'no-head'],
    ['\r', 'bad-head'],
    ['Status: 200', 'bad-head'],
    ['Status: 200\n', 'bad-head'],
    ['Status: 200\r\n\r', 'bad-head'],
  ])('after %j is %s', (text, failure) => {
    expect(answerTo(text)).toBe(failure);
  });

  test('after the head changes nothing, and so do more bytes', () => {
    const reader = new CgiHeadReader({ maxHeadBytes: BOUND });
    const head = reader.push(byteStringBytes('Status: 200\n\nbody'));
    expect(reader.finish()).toBe(head);
    expect(reader.push(byteStringBytes('more'))).toBe(head);
    expect(reader.next).toBe(0);
  });
});

const cuts = fc.array(fc.nat(BOUND), { maxLength: 30 });

describe('whatever comes in whatever pieces', () => {
  const word = fc.constantFrom(
    ...['Status', 'Location', 'Content-Type', 'Content-Length', 'Date', 'X-A', 'Connection'],
    ...[
      ':',
      ': ',
      '\n',
      '\r\n',
      '\n\n',
      '\r',
      ' ',
      '\0',
      '200',
      '404 No',
      '/a',
      '//a',
      'text/html',
      '5',
      '\xe9',
    ],
  );
  const heads = fc.oneof(
    fc.array(word, { maxLength: 40 }).map((words) => byteStringBytes(words.join(''))),
    fc.uint8Array({ maxLength: 2 * BOUND }),
  );

  test('the answer is the same in one piece as in many, and never an exception', () => {
    fc.assert(
      fc.property(heads, cuts, (bytes, at) => {
        expect(read(cutIntoChunks(bytes, at))).toEqual(read([bytes]));
      }),
      { numRuns: 1000 },
    );
  });

  test('every field of a good head comes out again, in its order', () => {
    const name = fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{0,12}$/);
    const value = fc.stringMatching(/^([!-~\x80-\xff]([ \t!-~\x80-\xff]{0,20}[!-~\x80-\xff])?)?$/);
    const end = fc.constantFrom('\n', '\r\n');
    const fields = fc.array(fc.tuple(name, value, end, fc.constantFrom('', ' ', ' \t ')), { maxLength: 5 });
    fc.assert(
      fc.property(fields, fc.string({ maxLength: 20 }), end, cuts, (lines, body, last, at) => {
        const head = lines
          .map(([key, text, lineEnd, blank]) => `${key}:${blank}${text}${blank}${lineEnd}`)
          .join('');
        const bytes = byteStringBytes(`Status: 200 OK${last}${head}${last}${body}`);
        const expected = lines.map(([key, text]) => `${key}: ${text}\r\n`).join('');
        const sent = byteString(byteStringBytes(body));
        expect(read(cutIntoChunks(bytes, at), 1000)).toMatchObject({
          fields: expected,
          body: sent,
          reason: 'OK',
        });
      }),
    );
  });

  test('a head in pieces of one byte costs time in proportion to its length', () => {
    const reader = new CgiHeadReader({ maxHeadBytes: 2_000_000 });
    const piece = byteStringBytes('a');
    let result: unknown;
    // Looking again at all that came before would take some 10^12 steps.
    for (let count = 0; count < 1_000_000; count++) result = reader.push(piece);
    expect(result).toBe('more');
    expect(reader.finish()).toBe('bad-head');
  });
});
