import { expect, test } from 'vitest';
import { passesFromPeer } from '../../../src/protocol/scgi/passes-from-peer.ts';

test.each([
  'REQUEST_METHOD',
  'HTTP_COOKIE',
  'HTTP_X_FORWARDED_FOR',
  'HTTP_AUTHORIZATION',
  'CONTENT_TYPE',
  'REMOTE_USER',
  'AUTH_TYPE',
  'SSL_CLIENT_S_DN_CN',
  'SERVER_ADMIN',
  'REDIRECT_STATUS',
  'DOCUMENT_URI',
])('%s of a front server goes on to programs', (name) => {
  expect(passesFromPeer(name)).toBe(true);
});

test.each([
  ['PATH', 'Apache sends its own'],
  ['LD_PRELOAD', 'whoever may connect could run code'],
  ['BASH_ENV', 'likewise'],
  ['HTTP_PROXY', 'libraries take it for their proxy (httpoxy)'],
  ['HTTP_CONNECTION', 'speaks of a connection that ends here'],
  ['HTTP_TRANSFER_ENCODING', 'likewise'],
  ['HTTP_EXPECT', 'likewise'],
  ['HTTP_CONTENT_LENGTH', 'CONTENT_LENGTH says it'],
  ['HTTP_CONTENT_TYPE', 'CONTENT_TYPE says it'],
  ['DOCUMENT_ROOT', 'the gateway says it'],
  ['SCRIPT_FILENAME', 'the gateway says it'],
  ['PATH_TRANSLATED', 'the gateway says it'],
  ['CONTEXT_PREFIX', 'means nothing here'],
  ['SCGI', 'belongs to the protocol'],
  ['', 'is no name'],
  ['http_x', 'is no field as servers write it'],
])('%s does not: %s', (name) => {
  expect(passesFromPeer(name)).toBe(false);
});
