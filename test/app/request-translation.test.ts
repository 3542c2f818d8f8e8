import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcedLength, fetchRequest } from '../../src/app/fetch-request.ts';
import { requestFields } from '../../src/app/request-fields.ts';
import { requestUrl } from '../../src/app/request-url.ts';
import { requestVariables } from '../../src/app/request-variables.ts';
import { viewOf } from '../support/view-of.ts';

const signal = new AbortController().signal;
const noBody = (): never => {
  throw new Error('nobody should ask for a body');
};

describe('the URL of a request', () => {
  test.each([
    [{ HTTP_HOST: 'h', REQUEST_URI: '/a?b=c' }, 'http://h/a?b=c'],
    [{ HTTP_HOST: 'h:81', REQUEST_URI: '/a' }, 'http://h:81/a'],
    [{ HTTP_HOST: '[::1]:81', REQUEST_URI: '/' }, 'http://[::1]:81/'],
    [{ HTTPS: 'on', HTTP_HOST: 'h', REQUEST_URI: '/' }, 'https://h/'],
    [{ HTTPS: 'off', REQUEST_SCHEME: 'https', HTTP_HOST: 'h', REQUEST_URI: '/' }, 'http://h/'],
    [{ REQUEST_SCHEME: 'https', HTTP_HOST: 'h', REQUEST_URI: '/' }, 'https://h/'],
    [{ SERVER_NAME: 'n', SERVER_PORT: '80', REQUEST_URI: '/' }, 'http://n/'],
    [{ SERVER_NAME: 'n', SERVER_PORT: '8080', REQUEST_URI: '/' }, 'http://n:8080/'],
    [{ SERVER_NAME: 'n', SERVER_PORT: '443', HTTPS: 'on', REQUEST_URI: '/' }, 'https://n/'],
    [{ SERVER_NAME: '::1', SERVER_PORT: '8080', REQUEST_URI: '/' }, 'http://[::1]:8080/'],
    [{ REQUEST_URI: '/' }, 'http://localhost/'],
    [{ HTTP_HOST: 'h', REQUEST_URI: 'http://other:99/a?b' }, 'http://h/a?b'],
    [{ HTTP_HOST: 'h', REQUEST_URI: 'http://other' }, 'http://h/'],
    [{ HTTP_HOST: 'h', REQUEST_URI: '*' }, 'http://h/'],
    [{ HTTP_HOST: 'h', REQUEST_URI: '/a#b\\c' }, 'http://h/a%23b%5Cc'],
    [{ HTTP_HOST: 'h', REQUEST_URI: '/\xc3\xa9' }, 'http://h/%C3%A9'],
    [{ HTTP_HOST: 'h', REQUEST_URI: '//x/y' }, 'http://h//x/y'],
    [
      { HTTP_HOST: 'h', SCRIPT_NAME: '/wiki', PATH_INFO: '/a b?', QUERY_STRING: 'q=1' },
      'http://h/wiki/a%20b%3F?q=1',
    ],
    [{ HTTP_HOST: 'h', SCRIPT_NAME: '/wiki' }, 'http://h/wiki'],
    [{ HTTP_HOST: 'h' }, 'http://h/'],
  ])('of %j is %s', (variables, url) => {
    expect(requestUrl(viewOf(variables))).toBe(url);
  });

  test.each(['a b', 'a/b', 'user@h', 'h:99999', '[::1', 'h?x', '', ' '].filter((host) => host !== ''))(
    'is none with the host %j',
    (host) => {
      expect(requestUrl(viewOf({ HTTP_HOST: host, REQUEST_URI: '/' }))).toBeUndefined();
    },
  );

  test('is always one that the standard takes, with the host that was sent, whatever bytes come', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((unit) => String.fromCharCode(unit)),
    });
    fc.assert(
      fc.property(bytes, bytes, bytes, (uri, host, path) => {
        const url = requestUrl(
          viewOf({ REQUEST_URI: uri, HTTP_HOST: host, PATH_INFO: path, SERVER_NAME: 'n' }),
        );
        if (url === undefined) return;
        const { hash, username, host: parsed } = new URL(url);
        expect(hash + username).toBe('');
        if (/^[a-z]+$/.test(host)) expect(parsed).toBe(host);
      }),
    );
  });

  test('is none without a host, whatever the target could be taken for', () => {
    expect(requestUrl(viewOf({ HTTP_HOST: 'no host', REQUEST_URI: '/user@elsewhere/page' }))).toBeUndefined();
  });

  test('carries every path that PATH_INFO can say', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/^\.{1,2}$|[/\0]/.test(text));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = `/${segments.map((text) => text.toWellFormed()).join('/')}`;
        const bytes = Buffer.from(path, 'utf8').toString('latin1');
        const url = requestUrl(viewOf({ HTTP_HOST: 'h', PATH_INFO: bytes })) ?? '';
        expect(decodeURIComponent(url.slice('http://h'.length))).toBe(path);
      }),
    );
  });
});

describe('the fields of a request', () => {
  test('are its HTTP_ variables and those of its body, but for what libraries take for a proxy', () => {
    const variables = {
      HTTP_ACCEPT_LANGUAGE: 'de',
      HTTP_PROXY: 'http://evil',
      HTTP_CONTENT_TYPE: 'again',
      HTTP_: 'nameless',
      CONTENT_TYPE: 'text/plain',
      CONTENT_LENGTH: '5',
      PATH: '/bin',
    };
    expect(requestFields(viewOf(variables))).toEqual([
      ['accept-language', 'de'],
      ['content-type', 'text/plain'],
      ['content-length', '5'],
    ]);
  });

  test('are byte strings: every value that a visitor may send comes through', () => {
    const value = fc
      .string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((unit) => String.fromCharCode(unit)) })
      .filter((text) => !/[\x7f-\xa0]/.test(text) && text !== '');
    fc.assert(
      fc.property(value, (text) => {
        const request = fetchRequest(viewOf({ HTTP_HOST: 'h', HTTP_X_BYTES: text }), noBody, signal);
        expect('kind' in request ? request : request.headers.get('x-bytes')).toBe(text);
      }),
    );
  });
});

describe('the request of fetch', () => {
  test.each([
    [{ HTTP_HOST: 'a b' }, 400],
    [{ HTTP_HOST: 'h', HTTP_X: 'a\nb' }, 400],
    [{ HTTP_HOST: 'h', REQUEST_METHOD: 'FOO' }, 501],
    [{ HTTP_HOST: 'h', REQUEST_METHOD: 'get' }, 501],
  ])('%j is refused with %i', (variables, status) => {
    expect(fetchRequest(viewOf(variables), noBody, signal)).toMatchObject({ kind: 'refusal', status });
  });

  test.each(['GET', 'HEAD'])('has no body for %s, whatever was announced', (method) => {
    const view = viewOf({ HTTP_HOST: 'h', REQUEST_METHOD: method, CONTENT_LENGTH: '5' });
    expect(fetchRequest(view, noBody, signal)).toMatchObject({ method, body: null });
  });

  test.each([
    ['', 0],
    ['0', 0],
    ['17', 17],
    ['-1', 0],
    ['1e3', 0],
    ['x', 0],
    ['9999999999999999', 0],
  ])('announces for CONTENT_LENGTH %j %i bytes', (text, length) => {
    expect(announcedLength(viewOf({ CONTENT_LENGTH: text }))).toBe(length);
  });
});

test('the variables of a request are its own, not those of the program or of its fields', () => {
  const variables = {
    REMOTE_USER: 'ada',
    SCRIPT_NAME: '',
    HTTP_COOKIE: 'c',
    PATH: '/bin',
    HOME: '/',
    SSL_CIPHER: 'x',
  };
  expect(requestVariables(viewOf(variables))).toEqual({
    REMOTE_USER: 'ada',
    SCRIPT_NAME: '',
    SSL_CIPHER: 'x',
  });
});
