import { beforeEach, describe, expect, test } from 'vitest';
import type { AnswerFinished, AnswerHead } from '../../src/core/answer.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { connectionContext } from '../../src/listener/connection-context.ts';
import { DateLine } from '../../src/listener/http/date-line.ts';
import { HttpConnection } from '../../src/listener/http/http-connection.ts';
import { httpDefaults } from '../../src/listener/http/http-settings.ts';
import { ScgiConnection } from '../../src/listener/scgi/scgi-connection.ts';
import { scgiDefaults } from '../../src/listener/scgi/scgi-settings.ts';
import { FakeSocket } from '../support/fake-socket.ts';

const limits = {
  headTimeoutMs: 1000,
  bodyTimeoutMs: 1000,
  idleTimeoutMs: 1000,
  answerTimeoutMs: 1000,
  maxHeadBytes: 8192,
};
const scratchBytes = 4096;

let socket: FakeSocket;
let exchanges: Exchange[];
let finished: AnswerFinished[];
let abandoned: number;
let listener: { nowMs: number; stopping: boolean };

beforeEach(() => {
  socket = new FakeSocket();
  exchanges = [];
  finished = [];
  abandoned = 0;
  listener = { nowMs: 0, stopping: false };
});

const options = {
  address: { kind: 'tcp', host: '', port: 0 },
  serverSoftware: '',
  handler: (exchange: Exchange) => {
    exchange.onAbandoned = () => abandoned++;
    exchange.answer.onFinished = (how) => finished.push(how);
    exchanges.push(exchange);
  },
  errorPage: {
    error: (_view: unknown, _id: string, status: number) => ({
      head: head(status, 0),
      body: new Uint8Array(),
    }),
  },
  now: () => listener.nowMs,
  nextId: () => 'id',
  onRefused: () => {},
} as const;

function head(status: number, contentLength?: number, fields = ''): AnswerHead {
  return { status, reason: '', fields: bytes(fields), contentLength, hasDate: true };
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function http(): HttpConnection {
  const settings = { ...httpDefaults, ...limits };
  const context = connectionContext({ ...options, settings }, listener, scratchBytes);
  const facts = {
    remoteAddress: '192.0.2.1',
    remotePort: '1',
    serverAddress: '192.0.2.2',
    serverPort: '80',
    serverSoftware: '',
  };
  return new HttpConnection(socket, { ...context, date: new DateLine() }, facts);
}

function scgi(): ScgiConnection {
  const settings = { ...scgiDefaults, ...limits };
  const context = connectionContext({ ...options, settings }, listener, scratchBytes);
  return new ScgiConnection(socket, context, {
    isUnix: false,
    trusted: false,
    remoteAddress: '192.0.2.1',
    serverAddress: '192.0.2.2',
    serverPort: '80',
    serverSoftware: '',
  });
}

const httpRequest = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const variables = ['CONTENT_LENGTH', '0', 'SCGI', '1', 'REQUEST_METHOD', 'GET', 'REQUEST_URI', '/', ''].join(
  '\0',
);
const scgiRequest = `${variables.length}:${variables},`;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  { what: 'an HTTP connection', make: http, request: httpRequest },
  { what: 'an SCGI connection', make: scgi, request: scgiRequest },
])('$what', ({ make, request }) => {
  test('that turns out to be gone while the answer is written is given up, behind the write', async () => {
    const connection = make();
    connection.received(bytes(request));
    const { answer } = exchanges[0]!;
    socket.room = -1;
    answer.head(head(200, 10));
    expect(answer.write(bytes('abc'))).toBe(true);
    expect([abandoned, connection.state]).toEqual([0, 'exchange']);
    await turn();
    expect([abandoned, connection.state, socket.ended]).toEqual([1, 'closed', 'terminated']);
    expect(finished).toEqual([{ complete: false, bytes: 3 }]);
  });

  test('that turns out to be gone at the end of the answer never had it', async () => {
    const connection = make();
    connection.received(bytes(request));
    const { answer } = exchanges[0]!;
    answer.head(head(200, 3));
    socket.room = -1;
    answer.write(bytes('abc'));
    answer.end();
    expect(finished).toEqual([]);
    await turn();
    expect(finished).toEqual([{ complete: false, bytes: 3 }]);
    expect(connection.state).toBe('closed');
  });

  test('that turns out to be gone while the rest of an answer waits loses it', async () => {
    const connection = make();
    connection.received(bytes(request));
    const { answer } = exchanges[0]!;
    socket.room = 0;
    answer.head(head(200, 3));
    answer.write(bytes('abc'));
    answer.end();
    socket.room = -1;
    connection.drained();
    await turn();
    expect(finished).toEqual([{ complete: false, bytes: 3 }]);
    expect(connection.transport.outbox.waitingBytes).toBe(0);
  });

  test('sends a head that is larger than the buffer for heads', async () => {
    make().received(bytes(request));
    const { answer } = exchanges[0]!;
    answer.head(head(200, 3, `X-Large: ${'x'.repeat(2 * scratchBytes)}\r\n`));
    answer.write(bytes('abc'));
    answer.end();
    expect(socket.text).toContain('x'.repeat(2 * scratchBytes));
    expect(socket.text).toMatch(/\r\n\r\nabc$/);
    expect(finished).toEqual([{ complete: true, bytes: 3 }]);
  });

  test('gives the peer its time for the answer from the moment when there is one', () => {
    const connection = make();
    connection.received(bytes(request));
    listener.nowMs = 5000;
    connection.sweep(listener.nowMs);
    socket.room = 10;
    exchanges[0]!.answer.head(head(200, 3));
    exchanges[0]!.answer.write(bytes('abc'));
    listener.nowMs = 6000;
    connection.sweep(listener.nowMs);
    expect(connection.state).toBe('exchange');
    listener.nowMs = 6001;
    connection.sweep(listener.nowMs);
    expect(connection.state).toBe('closed');
  });

  test('gives the peer no more time for the answer because it sends something', () => {
    const connection = make();
    connection.received(bytes(request));
    socket.room = 10;
    exchanges[0]!.answer.head(head(200, 3));
    exchanges[0]!.answer.write(bytes('abc'));
    listener.nowMs = 900;
    connection.received(bytes('G'));
    listener.nowMs = 1001;
    connection.sweep(listener.nowMs);
    expect(connection.state).toBe('closed');
  });

  test('that sends its head byte by byte has no more time for it than another', () => {
    const connection = make();
    for (const byte of request.slice(0, -1)) {
      connection.received(bytes(byte));
      listener.nowMs += 50;
      connection.sweep(listener.nowMs);
    }
    expect(exchanges).toEqual([]);
    expect(socket.text).toMatch(/408 Request Timeout/);
  });
});

test('a visitor who has sent FIN while the answer was made is not waited for behind it', () => {
  const connection = http();
  connection.received(bytes(httpRequest));
  const { answer } = exchanges[0]!;
  answer.head(head(200, 3));
  answer.write(bytes('abc'));
  connection.inputEnded();
  answer.end();
  expect(socket.ended).toBe('ended');
});

test('requests that came before the FIN are all answered', () => {
  const connection = http();
  connection.received(bytes(httpRequest + httpRequest));
  connection.inputEnded();
  for (let index = 0; index < 2; index++) {
    exchanges[index]!.answer.head(head(204, 0));
    exchanges[index]!.answer.end();
  }
  expect(finished).toHaveLength(2);
  expect(socket.ended).toBe('ended');
});
