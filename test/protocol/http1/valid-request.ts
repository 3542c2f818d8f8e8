import fc from 'fast-check';
import type { ReadRequest } from './read-series.ts';

const TOKEN = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const TARGET = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).filter(
  (character) => /[!-~\x80-\xff]/.test(character) && character !== '#',
);
const GOVERNING = /^(host|expect|connection|content-length|transfer-encoding)$/i;

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const token = fc.string({ unit: fc.constantFrom(...TOKEN), minLength: 1, maxLength: 12 });
const blank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 2 });
const value = fc
  .string({ unit: byte.filter((unit) => /[\t -~\x80-\xff]/.test(unit)), maxLength: 20 })
  .map((text) => text.replace(/^[\t ]+|[\t ]+$/g, ''));
const field = fc.record({
  name: token.filter((name) => !GOVERNING.test(name)),
  before: blank,
  value,
  after: blank,
});
const method = fc.oneof(
  fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'),
  token,
);
const target = fc.string({ unit: fc.constantFrom(...TARGET), maxLength: 20 }).map((rest) => `/${rest}`);
const parts = fc.array(fc.string({ unit: byte, minLength: 1, maxLength: 20 }), { maxLength: 4 });
const host = fc.constantFrom('', 'h', 'example.com:80', '[::1]:8080');

/** A request as bytes, and what is to be read in them. */
export interface ValidRequest {
  readonly text: string;
  readonly read: Omit<ReadRequest, 'rawTarget'>;
}

/** Valid requests that leave the connection open, so that others may follow. */
export const validRequest: fc.Arbitrary<ValidRequest> = fc
  .record({
    method: method.filter((name) => name !== 'CONNECT'),
    target,
    host,
    absolute: fc.boolean(),
    before: fc.array(field, { maxLength: 4 }),
    after: fc.array(field, { maxLength: 4 }),
    body: fc.option(fc.record({ parts, chunked: fc.boolean(), expect: fc.boolean() }), { nil: undefined }),
  })
  .map(({ method, target, host, absolute, before, after, body }) => {
    const data = body?.parts.join('') ?? '';
    const chunked = body?.chunked ?? false;
    const framing = {
      name: chunked ? 'Transfer-Encoding' : 'content-length',
      value: chunked ? 'chunked' : String(data.length),
    };
    const fields = [
      ...before,
      { name: 'Host', before: ' ', value: host, after: '' },
      ...(body === undefined ? [] : [{ ...framing, before: '', after: ' ' }]),
      ...(body?.expect ? [{ name: 'EXPECT', before: '\t', value: '100-Continue', after: '' }] : []),
      ...after,
    ];
    const authority = absolute ? 'http://t:1' : '';
    const lines = fields.map(({ name, before, value, after }) => `${name}:${before}${value}${after}\r\n`);
    const chunks = body?.parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
    return {
      text: `${method} ${authority}${target} HTTP/1.1\r\n${lines.join('')}\r\n${chunked ? `${chunks}0\r\n\r\n` : data}`,
      read: {
        method,
        target,
        host: absolute ? 't:1' : host,
        minorVersion: 1,
        fields: fields.map(({ name, value }) => [name, value] as const),
        contentLength: body === undefined || chunked ? undefined : data.length,
        chunked,
        keepAlive: true,
        expectContinue: body?.expect === true && (chunked || data !== ''),
        body: data,
        complete: true,
      },
    };
  });
