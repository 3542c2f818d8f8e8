import type { ReadRequest } from './read-series.ts';

/** One thing that we and llhttp judge differently, on purpose; `example` shows it. */
export interface Stricter {
  /** Our code. */
  readonly code: string;
  readonly reason: string;
  readonly example: string;
}

export interface Laxer {
  /** llhttp's codes; they have changed between its versions. */
  readonly codes: readonly string[];
  readonly reason: string;
  readonly example: string;
  /** Does it explain a difference in this request, found in these bytes? */
  applies(request: ReadRequest, part: 'head' | 'body', text: string): boolean;
}

const CHUNKED = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';

function post(field: string): string {
  return `POST / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`;
}

function get(target: string, version = 'HTTP/1.1'): string {
  return `GET ${target} ${version}\r\nHost: h\r\n\r\n`;
}

export interface OtherPersistence {
  readonly reason: string;
  readonly example: string;
  applies(request: ReadRequest, text: string): boolean;
}

/** What we refuse and llhttp takes. */
export const STRICTER: readonly Stricter[] = [
  {
    code: 'http/bad-line-end',
    reason: 'llhttp passes over CR and LF in any order before a request; after that it wants CRLF, as we do',
    example: `\n${get('/')}`,
  },
  {
    code: 'http/too-many-empty-lines',
    reason: 'llhttp passes over any number of empty lines',
    example: '\r\n'.repeat(9) + get('/'),
  },
  {
    code: 'http/bad-target',
    reason:
      'llhttp takes more than one space, a fragment, "*" with any method, other schemes, user and password',
    example: get('/#f'),
  },
  {
    code: 'http/no-tunnels',
    reason: 'llhttp leaves CONNECT to who uses it; a gateway to programs makes no tunnels',
    example: 'CONNECT t:80 HTTP/1.1\r\nHost: h\r\n\r\n',
  },
  {
    code: 'http/bad-version',
    reason: 'llhttp takes more than one space before the version',
    example: get('/ '),
  },
  {
    code: 'http/unsupported-version',
    reason: 'llhttp takes HTTP/0.9 and HTTP/2.0 in this form',
    example: get('/', 'HTTP/2.0'),
  },
  {
    code: 'http/missing-host',
    reason: 'llhttp leaves Host to who uses it',
    example: 'GET / HTTP/1.1\r\n\r\n',
  },
  { code: 'http/repeated-host', reason: 'llhttp leaves Host to who uses it', example: post('Host: i') },
  {
    code: 'http/bad-host',
    reason: 'llhttp leaves Host to who uses it',
    example: 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n',
  },
  {
    code: 'http/unknown-expectation',
    reason: 'llhttp leaves Expect to who uses it',
    example: post('Expect: tea'),
  },
  {
    code: 'http/content-length-too-large',
    reason: 'llhttp counts to 2^64, a JavaScript number exactly to 2^53',
    example: post('Content-Length: 9007199254740992'),
  },
  {
    code: 'http/chunk-too-large',
    reason: 'llhttp counts to 2^64, a JavaScript number exactly to 2^53',
    example: `${CHUNKED}20000000000000\r\n`,
  },
  {
    code: 'http/transfer-encoding-in-1.0',
    reason: 'RFC 9112, section 6.1, calls such a request faulty; llhttp reads it as chunked',
    example: 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  {
    code: 'http/unknown-transfer-encoding',
    reason: 'llhttp takes other encodings before "chunked", and an empty one as none',
    example: `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  },
  {
    code: 'http/tab-in-framing-field',
    reason:
      'llhttp passes over a tab before a value and refuses one after it, but not in a request with Upgrade',
    example: `${post('Content-Length:\t3')}abc`,
  },
  {
    code: 'http/two-framings',
    reason: 'llhttp takes an empty Transfer-Encoding as none',
    example: `${post('Transfer-Encoding:\r\nContent-Length: 3')}abc`,
  },
  {
    code: 'http/repeated-transfer-encoding',
    reason: 'llhttp takes a second field after an empty one or another encoding',
    example: `${post('Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked')}0\r\n\r\n`,
  },
];

/** Methods that the generated requests use and llhttp knows. */
const KNOWN_METHODS = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PROPFIND|CONNECT)$/;
const FRAMING_TRAILER = /\r\n0+[^\r\n]*\r\n(?:[^\r\n]+\r\n)*(?:content-length|transfer-encoding):/i;

/** What we take and llhttp refuses. None of it changes where a request ends. */
export const LAXER: readonly Laxer[] = [
  {
    codes: ['HPE_INVALID_METHOD'],
    reason:
      'llhttp has a list of methods; a program may know others, so any token will do (RFC 9110, section 9.1)',
    example: 'BREW / HTTP/1.1\r\nHost: h\r\n\r\n',
    applies: ({ method }, part) => part === 'head' && !KNOWN_METHODS.test(method),
  },
  {
    codes: ['HPE_INVALID_URL'],
    reason:
      'llhttp refuses bytes over 127 in a target; nginx takes them, and programs have always got raw UTF-8',
    example: get('/\xe4'),
    applies: ({ rawTarget }, part) => part === 'head' && /[\x80-\xff]/.test(rawTarget),
  },
  {
    codes: ['HPE_INVALID_CHUNK_SIZE'],
    reason: 'a recipient must take blanks before the ";" of an extension (RFC 9110, section 5.6.3)',
    example: `${CHUNKED}3 ;a\r\nabc\r\n0\r\n\r\n`,
    applies: ({ chunked }, part, text) => part === 'body' && chunked && /[0-9a-f][ \t]+;/i.test(text),
  },
  {
    codes: ['HPE_STRICT', 'HPE_INVALID_CHUNK_SIZE', 'HPE_INVALID_CHUNK_EXTENSION'],
    reason:
      'llhttp checks the grammar of extensions; we pass over them up to CRLF, which can only be their end',
    example: `${CHUNKED}3;\r\nabc\r\n0\r\n\r\n`,
    applies: ({ chunked }, part, text) => part === 'body' && chunked && /[0-9a-f][ \t]*;/i.test(text),
  },
  {
    codes: ['HPE_INVALID_CONTENT_LENGTH', 'HPE_UNEXPECTED_CONTENT_LENGTH', 'HPE_INVALID_TRANSFER_ENCODING'],
    reason:
      'llhttp refuses framing fields among trailers; we discard them with all others, so that they frame nothing',
    example: `${CHUNKED}0\r\nContent-Length: 3\r\n\r\n`,
    applies: ({ chunked }, part, text) => part === 'body' && chunked && FRAMING_TRAILER.test(text),
  },
];

/** Where llhttp would keep a connection that we close, or the other way round. */
export const OTHER_PERSISTENCE: readonly OtherPersistence[] = [
  {
    reason:
      'a tab after a word is no part of it (RFC 9110, section 5.6.1); llhttp does not know the word then',
    example: post('Connection: close\t'),
    applies: (_request, text) => /connection:[^\r\n]*\t/i.test(text),
  },
  {
    reason: '"close" wins over "keep-alive" (RFC 9112, section 9.3); llhttp goes by the version then',
    example: 'GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n',
    applies: ({ fields }) =>
      ['close', 'keep-alive'].every((word) => fields.some(([, value]) => value.includes(word))),
  },
  {
    reason: 'Proxy-Connection was never a standard; llhttp reads it as Connection',
    example: post('Proxy-Connection: close'),
    applies: ({ fields }) => fields.some(([name]) => /^proxy-connection$/i.test(name)),
  },
];
