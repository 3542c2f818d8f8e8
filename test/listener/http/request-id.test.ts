import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../../src/core/exchange.ts';
import { DateLine } from '../../../src/listener/http/date-line.ts';
import { HttpConnection } from '../../../src/listener/http/http-connection.ts';
import { httpDefaults } from '../../../src/listener/http/http-settings.ts';
import { isLocalPeer } from '../../../src/listener/is-local-peer.ts';
import { LateHeads } from '../../../src/listener/late-heads.ts';
import { RequestIdField } from '../../../src/listener/request-id-field.ts';
import { safeRequestId } from '../../../src/listener/safe-request-id.ts';
import { Scratch } from '../../../src/listener/scratch.ts';
import { FakeSocket } from '../../support/fake-socket.ts';

/** Sends one request with these field lines, and answers it with these. */
async function exchangeOf(fields: string, { trusted = true, name = 'X-Request-Id', answerFields = '' } = {}) {
  const socket = new FakeSocket();
  const field = new RequestIdField(name);
  let exchange: Exchange | undefined;
  const connection = new HttpConnection(
    socket,
    {
      settings: {
        ...httpDefaults,
        headTimeoutMs: 1000,
        bodyTimeoutMs: 1000,
        idleTimeoutMs: 1000,
        answerTimeoutMs: 1000,
        maxHeadBytes: 8192,
      },
      handler: (arrived) => {
        exchange = arrived;
        const fieldBytes = Buffer.from(answerFields, 'latin1');
        arrived.answer.head({
          status: 200,
          reason: '',
          fields: fieldBytes,
          contentLength: 0,
          hasDate: true,
        });
        arrived.answer.end();
      },
      errorPage: { error: () => expect.unreachable() },
      scratch: new Scratch(64 << 10),
      lateHeads: new LateHeads(),
      listener: { nowMs: 0, stopping: false },
      date: new DateLine(),
      nextId: () => 'ours-1',
      requestIdField: field,
      now: () => 0,
      onRefused: () => {},
    },
    {
      remoteAddress: '192.0.2.7',
      remotePort: '1',
      serverAddress: '127.0.0.1',
      serverPort: '80',
      serverSoftware: '',
      trusted,
      requestIdVariable: field.variable,
    },
  );
  connection.received(Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\n${fields}\r\n`, 'latin1'));
  await Promise.resolve();
  if (exchange === undefined) throw new Error('no exchange');
  return { exchange, answer: socket.text };
}

describe('the id of a request', () => {
  test('is the one that a trusted front server gives', async () => {
    const { exchange, answer } = await exchangeOf('x-request-ID: front-7.a_B\r\n');
    expect(exchange.id).toBe('front-7.a_B');
    expect(answer).toContain('X-Request-Id: front-7.a_B\r\n');
  });

  test.each([
    ['nobody gave one', '', true],
    ['the peer is not trusted', 'X-Request-Id: front-7\r\n', false],
    ['it holds what is not safe', 'X-Request-Id: a b\r\n', true],
    ['it is too long', `X-Request-Id: ${'a'.repeat(129)}\r\n`, true],
    ['it is empty', 'X-Request-Id:\r\n', true],
    ['it came twice', 'X-Request-Id: a\r\nX-Request-Id: a\r\n', true],
  ])('is ours where %s, whatever the field said', async (_why, fields, trusted) => {
    const { exchange, answer } = await exchangeOf(fields, { trusted });
    expect(exchange.id).toBe('ours-1');
    expect(answer.match(/x-request-id: .*/gi)).toEqual(['X-Request-Id: ours-1']);
    expect(exchange.view.meta('HTTP_X_REQUEST_ID')).toBe('ours-1');
  });

  test('is the same in UNIQUE_ID and in the variable of the header', async () => {
    const { exchange } = await exchangeOf('X-Request-Id: front-7\r\n');
    const variables = new Map(exchange.view.entries());
    expect([variables.get('UNIQUE_ID'), variables.get('HTTP_X_REQUEST_ID')]).toEqual(['front-7', 'front-7']);
  });

  test('is found under the name that is configured, and under no other', async () => {
    const { exchange, answer } = await exchangeOf('X-Request-Id: a\r\nCorrelation-Id: b\r\n', {
      name: 'Correlation-Id',
    });
    expect(exchange.id).toBe('b');
    expect(exchange.view.meta('HTTP_CORRELATION_ID')).toBe('b');
    expect(answer).toContain('Correlation-Id: b\r\n');
    expect(answer).not.toContain('X-Request-Id');
  });

  test('stays what an application writes into its own answer', async () => {
    const { answer } = await exchangeOf('', { answerFields: 'X-A: b\r\nx-request-id: own\r\n' });
    expect(answer.match(/x-request-id: .*/gi)).toEqual(['x-request-id: own']);
  });

  test('is never more than safe characters, whatever a front server passes on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const id = safeRequestId(value);
        expect(id === undefined || /^[A-Za-z0-9._-]{1,128}$/.test(id)).toBe(true);
      }),
    );
    expect(['.', '..', '...'].map(safeRequestId)).toEqual([undefined, undefined, '...']);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.0.2.7', false],
  ['127.0.0.1.example.org', false],
  ['2001:db8::1', false],
])('%s is of this machine: %s', (address, local) => {
  expect(isLocalPeer(address)).toBe(local);
});
