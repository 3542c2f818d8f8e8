import { afterEach, expect, test } from 'vitest';
import { HttpListener } from '../../../src/listener/http/http-listener.ts';
import { httpDefaults } from '../../../src/listener/http/http-settings.ts';
import { RawHttpClient } from '../../support/raw-http-client.ts';

let listener: HttpListener | undefined;
afterEach(() => listener?.close(0));

test('a visitor who connected before the stop, and asks right after, is answered', async () => {
  listener = new HttpListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    settings: {
      ...httpDefaults,
      ...{ headTimeoutMs: 10_000, bodyTimeoutMs: 10_000, idleTimeoutMs: 10_000, answerTimeoutMs: 10_000 },
      maxHeadBytes: 8192,
    },
    serverSoftware: '',
    rights: undefined,
    handler: ({ answer }) => {
      answer.head({ status: 204, reason: '', fields: new Uint8Array(), contentLength: 0, hasDate: true });
      answer.end();
    },
    errorPage: { error: () => expect.unreachable() },
    now: () => performance.now(),
    nextId: () => 'id',
    onRefused: () => {},
  });
  const client = await RawHttpClient.connect(listener.port);
  const early = listener;
  while (early.connections().idle === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const closed = listener.close(5000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  expect(await client.untilOver()).toBe('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
  await closed;
});
