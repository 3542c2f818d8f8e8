import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/config/configuration.ts';
import type { AnswerHead } from '../../../src/core/answer.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { Refusal } from '../../../src/core/refusal.ts';
import { ScgiListener } from '../../../src/listener/scgi/scgi-listener.ts';
import { type ScgiSettings, scgiDefaults } from '../../../src/listener/scgi/scgi-settings.ts';

const settings: ScgiSettings = {
  ...scgiDefaults,
  headTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  answerTimeoutMs: 10_000,
  maxHeadBytes: 8192,
};

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function head(status: number, contentLength?: number, fields = ''): AnswerHead {
  return { status, reason: '', fields: bytes(fields), contentLength, hasDate: true };
}

function answer(exchange: Exchange, text: string): void {
  exchange.answer.head(head(200, text.length, 'Content-Type: text/plain\r\n'));
  exchange.answer.write(bytes(text));
  exchange.answer.end();
}

/** Reads the whole body, then calls `then` with it. */
function collect(exchange: Exchange, then: (body: string) => void): void {
  const { body } = exchange;
  if (body === undefined) return then('');
  let text = '';
  body.open({
    write: (chunk) => {
      text += Buffer.from(chunk).toString('latin1');
      return true;
    },
    end: () => then(text),
    fail: (failure) => then(`failed: ${failure}`),
  });
}

/** What a front server sends. */
function request(variables: Readonly<Record<string, string>>, body = '', length = body.length): string {
  const all = { CONTENT_LENGTH: String(length), SCGI: '1', REQUEST_METHOD: 'GET', ...variables };
  const content = Object.entries(all)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('');
  return `${content.length}:${content},${body}`;
}

/** A front server: says bytes, and sees how the conversation ended. */
class FrontServer {
  readonly #socket: Socket;
  received = '';
  end: 'open' | 'whole' | 'reset' = 'open';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
    });
    socket.on('end', () => {
      if (this.end === 'open') this.end = 'whole';
    });
    socket.on('error', () => {
      this.end = 'reset';
    });
  }

  static async connect(to: ScgiListener, address: Address): Promise<FrontServer> {
    const socket =
      address.kind === 'unix'
        ? connect({ path: address.path, allowHalfOpen: true })
        : connect({ host: '127.0.0.1', port: to.port, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new FrontServer(socket);
  }

  send(text: string | Uint8Array): void {
    this.#socket.write(typeof text === 'string' ? bytes(text) : text);
  }

  /** Sends FIN and goes on reading. */
  finish(): void {
    this.#socket.end();
  }

  leave(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async over(deadlineMs = 5000): Promise<string> {
    await until(
      () => this.end !== 'open',
      deadlineMs,
      () => this.received,
    );
    return this.received;
  }
}

async function until(condition: () => boolean, deadlineMs = 5000, seen = () => ''): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not in ${deadlineMs} ms: ${seen().slice(0, 1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

let folder = '';
let listener: ScgiListener | undefined;
let refusals: Refusal[] = [];
let fronts: FrontServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-scgi-'));
});

afterEach(async () => {
  for (const front of fronts) front.leave();
  fronts = [];
  await listener?.close(0);
  listener = undefined;
  refusals = [];
  rmSync(folder, { recursive: true });
});

type Kind = 'tcp' | 'unix';

function addressOf(kind: Kind): Address {
  return kind === 'tcp'
    ? { kind, host: '127.0.0.1', port: 0 }
    : { kind, path: join(folder, 'spillway.sock') };
}

async function serve(
  handler: (exchange: Exchange) => void,
  changed: Partial<ScgiSettings> = {},
  kind: Kind = 'tcp',
): Promise<FrontServer> {
  let ids = 0;
  const address = addressOf(kind);
  listener = new ScgiListener({
    address,
    rights: { mode: 0o660, owner: undefined, group: undefined },
    settings: { ...settings, ...changed },
    serverSoftware: 'Spillway/test',
    handler,
    errorPage: {
      error: (_view, id, status) => ({ head: head(status, 6 + id.length), body: bytes(`error ${id}`) }),
    },
    now: () => performance.now(),
    nextId: () => `id${++ids}`,
    requestIdHeader: 'X-Request-Id',
    onRefused: (refusal) => refusals.push(refusal),
  });
  const front = await FrontServer.connect(listener, address);
  fronts.push(front);
  return front;
}

const kinds: Kind[] = ['tcp', 'unix'];

describe.each(kinds)('over %s', (kind) => {
  test('a request becomes an exchange, and its answer a CGI response that ends with the connection', async () => {
    const front = await serve(
      (exchange) =>
        collect(exchange, (body) => answer(exchange, `${exchange.view.meta('PATH_INFO')}:${body}`)),
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/a%20b?q', REQUEST_METHOD: 'POST' }, '\x00\xff body'));
    expect(await front.over()).toBe(
      'Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nX-Request-Id: id1\r\n\r\n/a b:\x00\xff body',
    );
    expect(front.end).toBe('whole');
  });

  test('a body that comes byte by byte ends at CONTENT_LENGTH, whatever follows', async () => {
    const front = await serve(
      (exchange) => collect(exchange, (body) => answer(exchange, `<${body}>`)),
      {},
      kind,
    );
    for (const byte of request({ REQUEST_URI: '/' }, 'abcd', 5)) {
      front.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    front.send('e and more');
    expect(await front.over()).toMatch(/<abcde>$/);
  });

  test('a page arrives whole while 20 MB are still being sent', async () => {
    const page = 'x'.repeat(300_000);
    const front = await serve((exchange) => answer(exchange, page), {}, kind);
    front.send(request({ REQUEST_URI: '/' }, '', 20_000_000));
    for (let sent = 0; sent < 20; sent++) front.send(Buffer.alloc(1_000_000, 'y'));
    const text = await front.over();
    expect(front.end).toBe('whole');
    expect(text.endsWith(`\r\n\r\n${page}`)).toBe(true);
    front.finish();
    await until(() => Object.values(listener?.connections() ?? {}).every((count) => count === 0));
  });

  test('a large answer waits for a slow peer in bounded memory, and arrives whole', async () => {
    let held = 0;
    const chunk = bytes('z'.repeat(100_000));
    let left = 200;
    const front = await serve(
      (exchange) => {
        exchange.answer.head(head(200, left * chunk.length));
        const more = (): void => {
          while (left > 0) {
            left--;
            if (!exchange.answer.write(chunk)) {
              held++;
              return;
            }
          }
          exchange.answer.end();
        };
        exchange.answer.onDrain = more;
        more();
      },
      { answerBufferBytes: 500_000 },
      kind,
    );
    front.pause();
    front.send(request({ REQUEST_URI: '/' }));
    await until(() => held > 0);
    const before = left;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([left, held]).toEqual([before, 1]);
    front.resume();
    const text = await front.over();
    expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(20_000_000);
  });

  test('a peer that has sent everything and only reads gets its answer, though it looked gone', async () => {
    let exchange: Exchange | undefined;
    const front = await serve(
      (arrived) => {
        exchange = arrived;
      },
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }));
    front.finish();
    await until(() => front.received === 'Status: ');
    answer(exchange!, 'late');
    expect(await front.over()).toMatch(/^Status: 200 OK\r\n.*\r\n\r\nlate$/s);
  });

  test('a peer that leaves while the answer is made is noticed once', async () => {
    const told: string[] = [];
    const front = await serve(
      (exchange) => {
        told.push('arrived');
        exchange.onAbandoned = () => told.push('abandoned');
        exchange.answer.onFinished = ({ complete }) => told.push(`finished ${complete}`);
      },
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }));
    await until(() => told.length === 1);
    front.leave();
    await until(() => told.length >= 3);
    expect(told).toEqual(['arrived', 'abandoned', 'finished false']);
  });

  test('a peer that leaves in the middle of the body fails the body', async () => {
    let failure = '';
    const front = await serve(
      (exchange) =>
        collect(exchange, (body) => {
          failure = body;
        }),
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }, 'abc', 100));
    await new Promise((resolve) => setTimeout(resolve, 20));
    front.leave();
    await until(() => failure !== '');
    expect(failure).toBe('failed: gone');
  });

  test('an answer of known length that is cut ends before its length', async () => {
    const front = await serve(
      (exchange) => {
        exchange.answer.head(head(200, 100));
        exchange.answer.write(bytes('half'));
        setTimeout(() => exchange.answer.cut(), 20);
      },
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }));
    expect(await front.over()).toMatch(/Content-Length: 100\r\n.*\r\n\r\nhalf$/s);
  });

  test('an answer that ends before its announced length is cut by itself', async () => {
    let complete: boolean | undefined;
    const front = await serve(
      (exchange) => {
        exchange.answer.onFinished = (finished) => {
          complete = finished.complete;
        };
        exchange.answer.head(head(200, 100));
        exchange.answer.write(bytes('half'));
        exchange.answer.end();
      },
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }));
    await front.over();
    expect(complete).toBe(false);
  });

  test('a stop lets what is under way finish, and refuses whoever comes then', async () => {
    let exchange: Exchange | undefined;
    const front = await serve(
      (arrived) => {
        exchange = arrived;
      },
      {},
      kind,
    );
    front.send(request({ REQUEST_URI: '/' }));
    await until(() => exchange !== undefined);
    const stopped = listener!.close(5000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(FrontServer.connect(listener!, addressOf(kind))).rejects.toThrow();
    answer(exchange!, 'finished');
    await stopped;
    expect(await front.over()).toMatch(/finished$/);
  });
});

describe('an answer of unknown length that is cut', () => {
  function cutAfterHalf(exchange: Exchange): void {
    exchange.answer.head(head(200));
    exchange.answer.write(bytes('half'));
    setTimeout(() => exchange.answer.cut(), 20);
  }

  test('is reset over TCP, where a plain end would look whole', async () => {
    const front = await serve(cutAfterHalf);
    front.send(request({ REQUEST_URI: '/' }));
    await front.over();
    expect(front.end).toBe('reset');
  });

  test('leaves a Unix socket silent until the peer gives up, since the kernel resets none', async () => {
    const front = await serve(cutAfterHalf, {}, 'unix');
    front.send(request({ REQUEST_URI: '/' }));
    await until(() => listener?.connections().lingering === 1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([front.end, front.received.endsWith('half')]).toEqual(['open', true]);
    front.leave();
    await until(() => listener?.connections().lingering === 0);
  });

  test('is silent for a bounded time', async () => {
    const front = await serve(cutAfterHalf, { silenceMs: 100 }, 'unix');
    front.send(request({ REQUEST_URI: '/' }));
    await front.over();
  });
});

describe('an answer', () => {
  test.each([
    ['to HEAD', 'HEAD', 200, 'Content-Length: 4\r\n'],
    ['204', 'GET', 204, ''],
    ['304', 'GET', 304, 'Content-Length: 4\r\n'],
  ])('%s has no body', async (_what, method, status, length) => {
    const front = await serve((exchange) => {
      exchange.answer.head(head(status, 4));
      exchange.answer.write(bytes('body'));
      exchange.answer.end();
    });
    front.send(request({ REQUEST_URI: '/', REQUEST_METHOD: method }));
    const text = await front.over();
    expect(text).toMatch(new RegExp(`^Status: ${status} [A-Za-z ]+\r\n${length}X-Request-Id: id1\r\n\r\n$`));
  });

  test('has its head sent although no body comes yet', async () => {
    const front = await serve((exchange) => exchange.answer.head(head(200)));
    front.send(request({ REQUEST_URI: '/' }));
    await until(() => front.received.endsWith('\r\n\r\n'));
  });
});

describe('a head', () => {
  test.each([
    ['no netstring', 'GET / HTTP/1.1\r\n\r\n', 400, 'scgi/bad-netstring'],
    ['a length over the bound', '9999999:', 431, 'scgi/head-too-large'],
    ['no path', request({}), 400, 'scgi/no-path'],
    ['no method', request({ REQUEST_URI: '/', REQUEST_METHOD: '' }), 400, 'scgi/no-method'],
    ['a path that climbs above the root', request({ REQUEST_URI: '/../x' }), 400, 'http/bad-target'],
  ])('with %s is refused with an error page, and counted', async (_what, sent, status, code) => {
    const front = await serve(() => expect.unreachable());
    front.send(sent);
    expect(await front.over()).toMatch(new RegExp(`^Status: ${status} .*error id1$`, 's'));
    expect(refusals.map((refusal) => refusal.code)).toEqual([code]);
  });

  test('that does not come in time is refused', async () => {
    const front = await serve(() => expect.unreachable(), { headTimeoutMs: 100 });
    front.send('70:CONTENT');
    expect(await front.over()).toMatch(/^Status: 408 /);
  });

  test('with an id of a front server on this machine gives the request its id', async () => {
    const front = await serve((exchange) => answer(exchange, exchange.view.meta('UNIQUE_ID') ?? ''));
    front.send(request({ REQUEST_URI: '/', HTTP_X_REQUEST_ID: 'front-7' }));
    expect(await front.over()).toMatch(/X-Request-Id: front-7\r\n\r\nfront-7$/);
  });
});

test('a body without progress fails as late', async () => {
  const front = await serve((exchange) => collect(exchange, (body) => answer(exchange, body)), {
    bodyTimeoutMs: 100,
  });
  front.send(request({ REQUEST_URI: '/' }, 'abc', 9));
  expect(await front.over()).toMatch(/failed: late$/);
});

test('a Unix socket has its mode, and its name is gone after the stop', async () => {
  await serve(() => {}, {}, 'unix');
  expect(lstatSync(join(folder, 'spillway.sock')).mode & 0o777).toBe(0o660);
  await listener?.close(0);
  expect(readdirSync(folder)).toEqual([]);
});

test('a Unix socket that somebody listens on is left to them', async () => {
  await serve(() => {}, {}, 'unix');
  const first = listener;
  await expect(serve(() => {}, {}, 'unix')).rejects.toThrow(/is taken by another program/);
  listener = first;
});
