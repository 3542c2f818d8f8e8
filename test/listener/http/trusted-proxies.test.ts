import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Address } from '../../../src/config/configuration.ts';
import { HttpListener } from '../../../src/listener/http/http-listener.ts';
import { httpDefaults } from '../../../src/listener/http/http-settings.ts';
import { TrustedProxies } from '../../../src/listener/trusted-proxies.ts';

const names = ['REMOTE_ADDR', 'REQUEST_SCHEME', 'HTTPS', 'HTTP_X_FORWARDED_FOR'];

/** What a program sees of a request from this machine that says it was forwarded. */
async function seenFrom(address: Address, trusted: readonly string[]): Promise<unknown[]> {
  let seen: unknown[] = [];
  const listener = new HttpListener({
    address,
    settings: {
      ...httpDefaults,
      headTimeoutMs: 5000,
      bodyTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      answerTimeoutMs: 5000,
      maxHeadBytes: 8192,
    },
    serverSoftware: 'Spillway/test',
    trustedProxies: new TrustedProxies(trusted),
    handler: ({ view, answer }) => {
      seen = names.map((name) => view.meta(name));
      answer.head({ status: 204, reason: '', fields: new Uint8Array(), contentLength: 0, hasDate: true });
      answer.end();
    },
    errorPage: { error: () => expect.unreachable() },
    now: () => performance.now(),
    nextId: () => 'id',
    onRefused: () => expect.unreachable(),
  });
  const to =
    address.kind === 'unix' ? { socketPath: address.path } : { host: '127.0.0.1', port: listener.port };
  const headers = { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https' };
  await new Promise((resolve, reject) => {
    request({ ...to, headers, agent: false }, (response) => {
      response.resume();
      response.once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
  await listener.close(0);
  return seen;
}

const forwarded = ['203.0.113.5', 'https', 'on', '203.0.113.5'];
const untouched = ['127.0.0.1', 'http', undefined, '203.0.113.5'];

test.each([
  ['a trusted peer count', ['127.0.0.0/8'], forwarded],
  ['anybody else change nothing and are only passed on', ['192.0.2.0/24', 'unix'], untouched],
  ['anybody change nothing where nobody is trusted', [], untouched],
])('X-Forwarded-* fields of %s', async (_who, trusted, expected) => {
  expect(await seenFrom({ kind: 'tcp', host: '127.0.0.1', port: 0 }, trusted)).toEqual(expected);
});

test.each([
  ['count where `unix` is trusted', ['unix'], forwarded],
  ['change nothing where only addresses are', ['127.0.0.1'], untouched],
])('X-Forwarded-* fields of a peer on a Unix socket %s', async (_what, trusted, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-trusted-'));
  expect(await seenFrom({ kind: 'unix', path: join(folder, 'http.sock') }, trusted)).toEqual(expected);
  rmSync(folder, { recursive: true });
});
