import { describe, expect, test } from 'vitest';
import { type ScgiFacts, ScgiView } from '../../../src/listener/scgi/scgi-view.ts';
import { ScgiHead } from '../../../src/protocol/scgi/scgi-head.ts';

const facts: ScgiFacts = {
  id: 'id7',
  path: '/a b/\xe9',
  query: 'q',
  serverSoftware: 'Spillway/test',
  remoteAddress: '127.0.0.1',
  serverAddress: '127.0.0.2',
  serverPort: '4000',
  requestIdVariable: 'HTTP_X_REQUEST_ID',
};

function viewOf(variables: Readonly<Record<string, string>>): ScgiView {
  return new ScgiView(new ScgiHead(0, new Map(Object.entries(variables))), facts);
}

describe('the variables of an SCGI request', () => {
  test('are what RFC 3875 always wants, also where a peer says next to nothing', () => {
    const view = viewOf({ REQUEST_METHOD: 'GET' });
    const expected = {
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_SOFTWARE: 'Spillway/test',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_NAME: '127.0.0.2',
      SERVER_PORT: '4000',
      REQUEST_METHOD: 'GET',
      REQUEST_SCHEME: 'http',
      REQUEST_URI: '/a%20b/%E9?q',
      SCRIPT_NAME: '',
      PATH_INFO: '/a b/\xe9',
      QUERY_STRING: 'q',
      REMOTE_ADDR: '127.0.0.1',
      UNIQUE_ID: 'id7',
      HTTP_X_REQUEST_ID: 'id7',
    };
    expect(Object.fromEntries(view.entries())).toEqual(expected);
  });

  test("are the peer's word, but for the path, the id, and what must not pass", () => {
    const said = {
      REQUEST_METHOD: 'POST',
      REQUEST_URI: '/raw?x',
      SERVER_NAME: 'example.org',
      SERVER_PORT: '443',
      SERVER_SOFTWARE: 'nginx/1',
      SERVER_PROTOCOL: 'HTTP/2.0',
      REMOTE_ADDR: '203.0.113.5',
      REMOTE_PORT: '4711',
      REMOTE_USER: 'admin',
      HTTPS: 'on',
      HTTP_COOKIE: 'a=1',
      CONTENT_LENGTH: '4',
      CONTENT_TYPE: 'text/plain',
    };
    const withheld = {
      PATH: '/evil',
      HTTP_PROXY: 'evil',
      DOCUMENT_ROOT: '/var/www',
      SCRIPT_FILENAME: '/var/www/x',
      PATH_TRANSLATED: '/var/www/x',
      HTTP_CONTENT_LENGTH: '4',
    };
    const replaced = { SCRIPT_NAME: '/raw', PATH_INFO: '/x', UNIQUE_ID: 'theirs', HTTP_X_REQUEST_ID: 'x y' };
    const view = viewOf({ ...said, ...withheld, ...replaced });
    expect(Object.fromEntries(view.entries())).toEqual({
      ...said,
      REQUEST_SCHEME: 'https',
      GATEWAY_INTERFACE: 'CGI/1.1',
      SCRIPT_NAME: '',
      PATH_INFO: '/a b/\xe9',
      QUERY_STRING: 'q',
      UNIQUE_ID: 'id7',
      HTTP_X_REQUEST_ID: 'id7',
    });
    for (const name of Object.keys(withheld)) expect(view.meta(name)).toBeUndefined();
  });

  test('name each variable once, and say by `meta` what they say by `entries`', () => {
    const view = viewOf({ REQUEST_METHOD: 'GET', REMOTE_ADDR: '::1', HTTP_HOST: 'h', CONTENT_TYPE: '' });
    const entries = [...view.entries()];
    expect(new Set(entries.map(([name]) => name)).size).toBe(entries.length);
    for (const [name, value] of entries) expect(view.meta(name)).toBe(value);
    expect(view.meta('CONTENT_TYPE')).toBeUndefined();
  });

  test.each([
    [{ HTTPS: 'on' }, 'on', 'https'],
    [{ HTTPS: 'off', REQUEST_SCHEME: 'https' }, undefined, 'http'],
    [{ HTTPS: '', REQUEST_SCHEME: 'https' }, 'on', 'https'],
    [{ REQUEST_SCHEME: 'https' }, 'on', 'https'],
    [{ REQUEST_SCHEME: 'gopher' }, undefined, 'http'],
  ])('take %o for HTTPS=%s', (said: Readonly<Record<string, string>>, https, scheme) => {
    const view = viewOf(said);
    expect([view.meta('HTTPS'), view.meta('REQUEST_SCHEME')]).toEqual([https, scheme]);
  });
});
