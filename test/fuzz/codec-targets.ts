import { byteString } from '../../src/protocol/byte-string.ts';
import { byteStringBytes } from '../../src/protocol/byte-string-bytes.ts';
import { CgiHeadReader } from '../../src/protocol/cgi/cgi-head-reader.ts';
import { environmentSize } from '../../src/protocol/cgi/environment-size.ts';
import { fieldVariableName } from '../../src/protocol/cgi/field-variable-name.ts';
import { splitTarget } from '../../src/protocol/cgi/split-target.ts';
import { ChunkedReader } from '../../src/protocol/http1/chunked-reader.ts';
import { RequestHead } from '../../src/protocol/http1/request-head.ts';
import { RequestHeadReader } from '../../src/protocol/http1/request-head-reader.ts';
import { encodeNetstring } from '../../src/protocol/scgi/encode-netstring.ts';
import { encodeScgiHead } from '../../src/protocol/scgi/encode-scgi-head.ts';
import { NetstringReader } from '../../src/protocol/scgi/netstring-reader.ts';
import { ScgiHead } from '../../src/protocol/scgi/scgi-head.ts';
import { ScgiHeadReader } from '../../src/protocol/scgi/scgi-head-reader.ts';
import { ScgiScratch } from '../../src/protocol/scgi/scgi-scratch.ts';
import { readSeries } from '../protocol/http1/read-series.ts';
import { cutIntoChunks } from '../support/cut-into-chunks.ts';
import type { CodecTarget } from './codec-target.ts';
import { nearValidCgi, nearValidHttp, nearValidScgi } from './near-valid-inputs.ts';

const BOUND = 1024;
const scratch = new ScgiScratch();

function joined(chunks: readonly Uint8Array[]): string {
  return chunks.map((chunk) => byteString(chunk)).join('');
}

function hold(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

const netstrings: CodecTarget = {
  name: 'netstring',
  seeds: ['5:hello,0:,3:a,b,', '12:hello, world,', '0:,0:,0:,'],
  run(chunks) {
    const reader = new NetstringReader(BOUND);
    const results: string[] = [];
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at = reader.next) {
        const result = reader.push(chunk, at);
        hold(
          reader.next > at && reader.next <= chunk.length,
          'every push takes bytes and no more than there are',
        );
        if (result === 'more') break;
        results.push(typeof result === 'string' ? result : `=${byteString(result)}`);
        if (typeof result === 'string') return results;
      }
    }
    return results;
  },
};

/** The input is the content: spoiled netstrings would hardly ever let anything through to the variables. */
const scgi: CodecTarget = {
  name: 'SCGI head, read and encoded again',
  seeds: [
    'CONTENT_LENGTH\x004\0SCGI\x001\0REQUEST_METHOD\0POST\0HTTP_COOKIE\0a=b\0HTTP_COOKIE\0c\0',
    'CONTENT_LENGTH\x000\0SCGI\x001\0HTTP_PROXY\0x\0QUERY_STRING\0\0HTTP_A\0b\0HTTP_A\0c\0',
  ],
  nearValid: nearValidScgi,
  run(chunks) {
    const sent = byteString(encodeNetstring(byteStringBytes(joined(chunks))));
    let edge = 0;
    const edges = chunks.map((chunk) => (edge += chunk.length));
    const pieces = cutIntoChunks(byteStringBytes(`${sent}body`), edges);
    const reader = new ScgiHeadReader(BOUND);
    for (const [index, piece] of pieces.entries()) {
      const result = reader.push(piece);
      if (result === 'more') continue;
      if (!(result instanceof ScgiHead)) return result;
      const entries = [...result.entries()];
      hold(result.meta('HTTP_PROXY') === undefined, 'HTTP_PROXY never gets through');
      const encoded = encodeScgiHead(result, result.contentLength, scratch);
      const again = encoded instanceof Uint8Array ? new ScgiHeadReader(2 * BOUND).push(encoded) : undefined;
      const sorted = (head: ScgiHead) => JSON.stringify([...head.entries()].sort());
      hold(
        again instanceof ScgiHead && sorted(again) === sorted(result),
        'what was read is encoded and read again',
      );
      const body = joined([piece.subarray(reader.next), ...pieces.slice(index + 1)]);
      hold(body === 'body', 'the body begins after the head');
      return [entries];
    }
    return 'more';
  },
};

const cgi: CodecTarget = {
  name: 'CGI response head',
  seeds: [
    'Status: 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nbody',
    'Content-Type: text/plain\nDate: now\nSet-Cookie: a=b\nConnection: close\n\nbody',
    'Status: 199 Early\nContent-Type: text/plain\n\n',
    'Location: /wiki?a=b\n\n',
    'Location: https://example.org/\nContent-Type: text/html\n\n',
  ],
  nearValid: nearValidCgi,
  run(chunks) {
    const reader = new CgiHeadReader({ maxHeadBytes: BOUND });
    for (const [index, chunk] of chunks.entries()) {
      const result = reader.push(chunk);
      if (result === 'more') continue;
      if (typeof result === 'string') return result;
      const body = joined([chunk.subarray(reader.next), ...chunks.slice(index + 1)]);
      if (result.kind === 'local-redirect') return [result, body];
      const { fields: bytes, ...head } = result.head;
      const fields = byteString(bytes);
      const line = /^([!#$%&'*+.^_`|~\w-]+: ([\t -~\x80-\xff]*)\r\n)*$/;
      hold(line.test(fields), 'fields are lines of a name and a value');
      hold(!/^(status|content-length|connection|transfer-encoding):/im.test(fields), 'none of them frames');
      hold(head.status >= 200 && head.status <= 599, 'the status is final');
      hold(/^[\t -~\x80-\xff]*$/.test(head.reason), 'the reason has no control');
      return [head, fields, body];
    }
    return reader.finish();
  },
};

const target: CodecTarget = {
  name: 'request target',
  seeds: ['/wiki/home?a=b&c=%20', '/a/../b/./c//d/%2e%2e/e%2ff', '/.well-known/x', '/caf%C3%A9/%41%00'],
  run(chunks) {
    const text = joined(chunks);
    const split = splitTarget(text);
    if ('kind' in split) return split;
    hold(split.path.startsWith('/') && !/\0|\/\.\.?(\/|$)/.test(split.path), 'the path is settled');
    const size = environmentSize([['PATH_INFO', split.path]]);
    hold(
      size.longest === Buffer.byteLength(split.path) + 'PATH_INFO='.length + 1,
      'sizes are those of UTF-8',
    );
    return split;
  },
};

const names: CodecTarget = {
  name: 'field name',
  seeds: ['Accept-Language', 'content-length', 'X-Forwarded-For', 'Proxy', 'Transfer-Encoding'],
  run(chunks) {
    const variable = fieldVariableName(joined(chunks));
    hold(
      variable === undefined || /^(HTTP_[A-Z0-9_]+|CONTENT_(TYPE|LENGTH))$/.test(variable),
      'variables have plain names',
    );
    hold(variable !== 'HTTP_PROXY' && variable !== 'HTTP_CONTENT_LENGTH', 'and no forbidden ones');
    return variable;
  },
};

const requests: CodecTarget = {
  name: 'HTTP request heads',
  seeds: [
    'GET /wiki?a=b HTTP/1.1\r\nHost: example.org\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a:80\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
    'PUT /x HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    '\r\nGET http://example.org HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n',
  ],
  run(chunks) {
    const reader = new RequestHeadReader({ maxHeadBytes: BOUND, maxTargetBytes: 300, maxFields: 20 });
    const results: unknown[] = [];
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at = reader.next) {
        const result = reader.push(chunk, at);
        if (result === 'more') break;
        if (!(result instanceof RequestHead)) return [...results, result.status, result.code];
        hold(
          reader.next > at && reader.next <= chunk.length,
          'a head takes bytes and no more than there are',
        );
        hold(!(result.chunked && result.contentLength !== undefined), 'one framing only');
        const fields = Array.from({ length: result.fieldCount }, (_, field) => {
          const value = result.fieldValue(field);
          hold(!/[\r\n\0]/.test(value), 'values are of one line');
          return [result.fieldName(field), value];
        });
        const { method, minorVersion, contentLength, chunked, keepAlive, expectContinue, hasBody } = result;
        const flags = { method, minorVersion, contentLength, chunked, keepAlive, expectContinue, hasBody };
        results.push([flags, result.target(), result.host(), fields]);
      }
    }
    return results;
  },
};

const chunked: CodecTarget = {
  name: 'HTTP chunked body',
  seeds: [
    '5\r\nhello\r\n0\r\n\r\nrest',
    '1;a=b\r\nx\r\n0a\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n',
    '0\r\n\r\n',
  ],
  run(chunks) {
    const reader = new ChunkedReader({ maxExtensionBytes: 64, maxTrailerBytes: 128 });
    let data = '';
    for (const [index, chunk] of chunks.entries()) {
      const result = reader.push(chunk, 0, (bytes) => {
        data += byteString(bytes);
      });
      hold(reader.received === data.length, 'what was received is counted');
      if (result === 'done') return [data, joined([chunk.subarray(reader.next), ...chunks.slice(index + 1)])];
      if (result !== 'more') return [data, result.status, result.code];
    }
    return [data, 'more'];
  },
};

const series: CodecTarget = {
  name: 'HTTP connection, heads and bodies',
  seeds: ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: h\r\n\r\n'],
  nearValid: nearValidHttp,
  run(chunks) {
    const { requests, end } = readSeries(chunks);
    hold(
      requests.slice(0, -1).every((request) => request.complete && request.keepAlive),
      'a request follows only behind a whole one that lets it',
    );
    hold(
      typeof end === 'string' || (end.status >= 400 && /^http\/[a-z0-9.-]+$/.test(end.code)),
      'a refusal has a status and a code',
    );
    return [typeof end === 'string' ? end : end.code, requests];
  },
};

export const codecTargets: readonly CodecTarget[] = [
  series,
  requests,
  chunked,
  scgi,
  netstrings,
  cgi,
  target,
  names,
];
