import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnswerHead } from '../../../src/core/answer.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { Refusal } from '../../../src/core/refusal.ts';
import { HttpListener } from '../../../src/listener/http/http-listener.ts';
import { type HttpSettings, httpDefaults } from '../../../src/listener/http/http-settings.ts';
import { certificateFiles } from '../../support/certificate-files.ts';
import { RawHttpClient } from '../../support/raw-http-client.ts';

const settings: HttpSettings = {
  ...httpDefaults,
  headTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
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

let way: 'tcp' | 'tls' = 'tcp';
let listener: HttpListener | undefined;
let refusals: Refusal[] = [];

afterEach(async () => {
  await listener?.close(0);
  listener = undefined;
  refusals = [];
});

async function serve(
  handler: (exchange: Exchange) => void,
  changed: Partial<HttpSettings> = {},
): Promise<RawHttpClient> {
  let ids = 0;
  listener = new HttpListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    certificates: way === 'tls' ? [certificateFiles('site')] : undefined,
    settings: { ...settings, ...changed },
    serverSoftware: 'Spillway/test',
    handler,
    errorPage: {
      error: (_view, id, status) => ({ head: head(status, 6 + id.length), body: bytes(`error ${id}`) }),
    },
    now: () => performance.now(),
    nextId: () => `id${++ids}`,
    onRefused: (refusal) => refusals.push(refusal),
  });
  return await RawHttpClient.connect(listener.port, way);
}

const get = (target: string, fields = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: example.org:8080\r\n${fields}\r\n`;
const post = (body: string, fields = ''): string =>
  `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;

describe.each(['tcp', 'tls'] as const)('over %s', (over) => {
  beforeEach(() => {
    way = over;
  });
  describe('a request', () => {
    test('becomes meta-variables, byte for byte', async () => {
      let seen: Record<string, string> = {};
      const client = await serve((exchange) => {
        seen = Object.fromEntries(exchange.view.entries());
        answer(exchange, 'ok');
      });
      client.send(
        get(
          '/a%20b/%c3%a9?q=%20+"',
          'X-One: 1\r\nCookie: a=1\r\nx-one:  2 \r\ncookie: b=2\r\nProxy: evil\r\nX_Two: no\r\nUser-Agent: caf\xe9\r\nContent-Type: text/x\r\n',
        ),
      );
      await client.until((text) => text.endsWith('ok'));
      expect(seen).toEqual({
        GATEWAY_INTERFACE: 'CGI/1.1',
        SERVER_SOFTWARE: 'Spillway/test',
        SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_NAME: 'example.org',
        SERVER_ADDR: '127.0.0.1',
        SERVER_PORT: String(listener?.port),
        REQUEST_METHOD: 'GET',
        REQUEST_SCHEME: way === 'tls' ? 'https' : 'http',
        ...(way === 'tls'
          ? { HTTPS: 'on', SSL_PROTOCOL: 'TLSv1.3', SSL_CIPHER: expect.stringMatching(/^TLS_/) }
          : {}),
        REQUEST_URI: '/a%20b/%c3%a9?q=%20+"',
        SCRIPT_NAME: '',
        PATH_INFO: '/a b/\xc3\xa9',
        QUERY_STRING: 'q=%20+"',
        REMOTE_ADDR: '127.0.0.1',
        REMOTE_PORT: expect.stringMatching(/^\d+$/),
        UNIQUE_ID: 'id1',
        HTTP_HOST: 'example.org:8080',
        HTTP_X_ONE: '1, 2',
        HTTP_COOKIE: 'a=1; b=2',
        HTTP_USER_AGENT: 'caf\xe9',
        CONTENT_TYPE: 'text/x',
      });
    });

    test.each([
      ['example.org', 'example.org'],
      ['[::1]:8080', '[::1]'],
      ['[::1]', '[::1]'],
      ['', '127.0.0.1'],
    ])('names the server of Host "%s" as %s', async (host, name) => {
      let seen: string | undefined;
      const client = await serve((exchange) => {
        seen = exchange.view.meta('SERVER_NAME');
        answer(exchange, 'ok');
      });
      client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      await client.until((text) => text.endsWith('ok'));
      expect(seen).toBe(name);
    });

    test('with a body of known length carries CONTENT_LENGTH and the very bytes', async () => {
      const client = await serve((exchange) =>
        collect(exchange, (body) => answer(exchange, `${exchange.view.meta('CONTENT_LENGTH')}:${body}`)),
      );
      client.send(post('\x00\xff body'));
      expect(await client.until((text) => text.includes('body'))).toContain('7:\x00\xff body');
    });

    test('in chunks is put together, without CONTENT_LENGTH and without trailers among the variables', async () => {
      const client = await serve((exchange) =>
        collect(exchange, (body) => {
          const { view } = exchange;
          answer(exchange, `${view.meta('CONTENT_LENGTH')} ${view.meta('HTTP_TRAILED')} ${body}.`);
        }),
      );
      client.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel');
      client.send('lo\r\n6;x=y\r\n world\r\n0\r\nTrailed: 1\r\n\r\n');
      expect(await client.until((text) => text.endsWith('.'))).toContain('undefined undefined hello world.');
    });

    test('with a broken chunk fails as malformed and is the last on its connection', async () => {
      const client = await serve((exchange) => collect(exchange, (body) => answer(exchange, body)));
      client.send('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
      const text = await client.untilOver();
      expect(text).toContain('failed: malformed');
      expect(text).toContain('Connection: close\r\n');
    });

    test('that expects 100 gets it when the body is wanted, and not before', async () => {
      let exchange: Exchange | undefined;
      const client = await serve((arrived) => {
        exchange = arrived;
      });
      client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
      while (exchange === undefined) await new Promise((resolve) => setImmediate(resolve));
      expect(client.received).toBe('');
      const wanted = exchange;
      collect(wanted, (body) => answer(wanted, body));
      await client.until((text) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
      client.send('ok');
      await client.until((text) => text.endsWith('\r\n\r\nok'));
    });

    test('that expects 100 and is refused gets only the answer, and the connection ends', async () => {
      const client = await serve((exchange) => answer(exchange, 'no'));
      client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
      const text = await client.untilOver();
      expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
      expect(text).toContain('Connection: close\r\n');
    });

    test.each([
      ['no method', ' / HTTP/1.1\r\n\r\n', 400],
      ['two lengths', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
      [
        'length and chunks',
        'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
        400,
      ],
      ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
      ['a path that climbs above the root', get('/../x'), 400],
      ['an encoded NUL', get('/a%00b'), 400],
      ['HTTP/2 by mistake', 'GET / HTTP/2.0\r\nHost: h\r\n\r\n', 505],
      ['a head over the bound', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(9000)}\r\n\r\n`, 431],
    ])('with %s is refused, counted and ends the connection', async (_what, request, status) => {
      const client = await serve(() => expect.unreachable());
      client.send(request);
      const text = await client.untilOver();
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(text).toContain('error id1');
      expect(refusals.map((refusal) => refusal.status)).toEqual([status]);
    });
  });

  describe('a method that is for no application', () => {
    test('OPTIONS * is answered by the gateway itself, and the connection goes on', async () => {
      const client = await serve((exchange) => answer(exchange, 'from the application'));
      client.send('OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n');
      const text = await client.until((received) => received.endsWith('\r\n\r\n'));
      expect(text).toMatch(
        /^HTTP\/1.1 204 No Content\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/,
      );
      expect(text).not.toContain('Content-Length');
      client.send(get('/'));
      await client.until((received) => received.endsWith('from the application'));
    });

    test('OPTIONS of a path goes to the application', async () => {
      const client = await serve((exchange) =>
        answer(exchange, `${exchange.view.meta('REQUEST_METHOD')} ${exchange.view.meta('PATH_INFO')}`),
      );
      client.send('OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n');
      await client.until((received) => received.endsWith('OPTIONS /a'));
    });

    test.each([
      ['TRACE', 'TRACE / HTTP/1.1\r\nHost: h\r\n\r\n', 405],
      ['CONNECT', 'CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n', 501],
    ])('%s is refused, with those that are not', async (_method, request, status) => {
      const client = await serve(() => expect.unreachable());
      client.send(request);
      const text = await client.untilOver();
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(text).toContain('\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n');
    });
  });

  describe('a connection', () => {
    test('answers a pipelined series in order, also when the answers come late', async () => {
      const client = await serve((exchange) => {
        setTimeout(() => answer(exchange, `[${exchange.view.meta('REQUEST_URI')}]`), 1);
      });
      client.send(Array.from({ length: 50 }, (_, index) => get(`/${index}`)).join(''));
      const text = await client.until((received) => received.includes('[/49]'));
      expect(text.match(/\[\/\d+\]/g)).toEqual(Array.from({ length: 50 }, (_, index) => `[/${index}]`));
    });

    test('answers a long pipelined series at once without a deep stack', async () => {
      const client = await serve((exchange) => answer(exchange, 'x'));
      client.send(get('/').repeat(2000));
      const text = await client.until((received) => received.split('\r\n\r\nx').length > 2000);
      expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(2000);
    });

    test('takes requests that arrive byte by byte', async () => {
      const client = await serve((exchange) => collect(exchange, (body) => answer(exchange, `<${body}>`)));
      for (const byte of post('abc') + post('de')) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await client.until((text) => text.includes('<de>'))).toContain('<abc>');
    });

    test('goes on behind a body that nobody wanted, if all of it is here', async () => {
      const client = await serve((exchange) => answer(exchange, exchange.view.meta('REQUEST_METHOD') ?? ''));
      client.send(post('unread') + get('/'));
      const text = await client.until((received) => received.endsWith('GET'));
      expect(text).toContain('POST');
      expect(text).not.toContain('Connection: close');
    });

    test('ends after an answer to a body that is still coming, and the answer arrives whole', async () => {
      const page = 'x'.repeat(100_000);
      const client = await serve((exchange) => answer(exchange, page));
      client.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n`);
      const chunk = Buffer.alloc(1_000_000, 'y');
      for (let sent = 0; sent < 20; sent++) client.send(chunk);
      const text = await client.untilOver();
      expect(client.reset).toBe(false);
      expect(text).toContain('Connection: close\r\n');
      expect(text.endsWith(page)).toBe(true);
    });

    test.each([
      ['HTTP/1.1', '', false],
      ['HTTP/1.1', 'Connection: close\r\n', true],
      ['HTTP/1.0', '', true],
      ['HTTP/1.0', 'Connection: keep-alive\r\n', false],
    ])('of %s with "%s" ends after the answer: %s', async (version, fields, ends) => {
      const client = await serve((exchange) => answer(exchange, 'ok'));
      client.send(`GET / ${version}\r\nHost: h\r\n${fields}\r\n`);
      await client.until((text) => text.endsWith('ok'));
      if (ends) await client.untilOver();
      else {
        client.send(`GET / ${version}\r\nHost: h\r\n${fields}\r\n`);
        await client.until((text) => text.split('ok').length === 3);
      }
      expect(client.received.includes('Connection: keep-alive')).toBe(version === 'HTTP/1.0' && !ends);
    });

    test('of a visitor who only stops sending still gets its answer', async () => {
      let exchange: Exchange | undefined;
      const client = await serve((arrived) => {
        exchange = arrived;
      });
      client.send(get('/'));
      client.finish();
      await client.until((text) => text.startsWith('HTTP/1.1 102 '));
      answer(exchange!, 'late');
      expect(await client.untilOver()).toMatch(/late$/);
    });

    test('of a visitor who leaves while the answer is made tells so once', async () => {
      let abandoned = 0;
      let finished = 0;
      let exchange: Exchange | undefined;
      const client = await serve((arrived) => {
        exchange = arrived;
        arrived.onAbandoned = () => abandoned++;
        arrived.answer.onFinished = ({ complete }) => {
          finished++;
          expect(complete).toBe(false);
        };
      });
      client.send(get('/'));
      while (exchange === undefined) await new Promise((resolve) => setImmediate(resolve));
      client.leave();
      const deadline = Date.now() + 3000;
      while (abandoned === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      expect([abandoned, finished]).toEqual([1, 1]);
      answer(exchange, 'too late');
      expect([abandoned, finished]).toEqual([1, 1]);
    });

    test('of a visitor who leaves in the middle of the body fails the body', async () => {
      let failure = '';
      const client = await serve((exchange) =>
        collect(exchange, (body) => {
          failure = body;
        }),
      );
      client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc');
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.leave();
      const deadline = Date.now() + 3000;
      while (failure === '' && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(failure).toBe('failed: gone');
    });

    test.each([
      ['that sends half a head', 'GET / HTTP/1.1\r\n', { headTimeoutMs: 100 }, 'HTTP/1.1 408 '],
      ['that sends nothing', '', { idleTimeoutMs: 100 }, ''],
      [
        'that stops in the middle of its body',
        'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc',
        { bodyTimeoutMs: 100 },
        'failed: late',
      ],
    ])('%s is cut off by its own time limit', async (_what, request, changed, expected) => {
      const client = await serve((exchange) => collect(exchange, (body) => answer(exchange, body)), changed);
      client.send(request);
      expect(await client.untilOver()).toContain(expected);
    });
  });

  describe('an answer', () => {
    test('of unknown length is chunked for HTTP/1.1', async () => {
      const client = await serve((exchange) => {
        exchange.answer.head(head(200));
        exchange.answer.write(bytes('hello'));
        setTimeout(() => {
          exchange.answer.write(bytes(' world'));
          exchange.answer.end();
        }, 5);
      });
      client.send(get('/'));
      const text = await client.until((received) => received.endsWith('0\r\n\r\n'));
      expect(text).toContain('Transfer-Encoding: chunked\r\n');
      expect(text).toMatch(/\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n$/);
    });

    test('of unknown length ends with the connection for HTTP/1.0', async () => {
      const client = await serve((exchange) => {
        exchange.answer.head(head(200));
        exchange.answer.write(bytes('hello'));
        exchange.answer.end();
      });
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      const text = await client.untilOver();
      expect(text).toMatch(/\r\n\r\nhello$/);
      expect(text).not.toContain('chunked');
    });

    test.each([
      ['HEAD', 200, 'Content-Length: 5\r\n'],
      ['GET', 304, 'Content-Length: 5\r\n'],
      ['GET', 204, ''],
    ])('to %s with %d has no body', async (method, status, length) => {
      const client = await serve((exchange) => {
        exchange.answer.head(head(status, 5));
        exchange.answer.write(bytes('hello'));
        exchange.answer.end();
      });
      client.send(`${method} / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
      const text = await client.untilOver();
      expect(text).toMatch(/\r\n\r\n$/);
      expect(text.includes('Content-Length')).toBe(length !== '');
    });

    test('keeps a reason phrase that was given', async () => {
      const client = await serve((exchange) => {
        exchange.answer.head({ ...head(200, 0), reason: 'Fine Enough' });
        exchange.answer.end();
      });
      client.send(get('/'));
      expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toContain(
        'HTTP/1.1 200 Fine Enough\r\n',
      );
    });

    test('has a Date, unless it brings one', async () => {
      const client = await serve((exchange) => {
        exchange.answer.head({ ...head(200, 0), hasDate: false });
        exchange.answer.end();
      });
      client.send(get('/'));
      expect(await client.until((text) => text.endsWith('\r\n\r\n'))).toMatch(
        /\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/,
      );
    });

    test.each([
      ['of known length', 10],
      ['of unknown length', undefined],
    ])('%s that is cut is visibly not whole', async (_what, contentLength) => {
      const client = await serve((exchange) => {
        exchange.answer.head(head(200, contentLength));
        exchange.answer.write(bytes('abc'));
        setTimeout(() => exchange.answer.cut(), 20);
      });
      client.send(get('/'));
      const text = await client.untilOver();
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(text.endsWith('abc') || text.endsWith('abc\r\n')).toBe(true);
    });

    test('that ends before its announced length is cut, not passed off as whole', async () => {
      let complete: boolean | undefined;
      const client = await serve((exchange) => {
        exchange.answer.onFinished = (finished) => {
          complete = finished.complete;
        };
        exchange.answer.head(head(200, 10));
        exchange.answer.write(bytes('abc'));
        exchange.answer.end();
      });
      client.send(get('/') + get('/'));
      await client.untilOver();
      expect(complete).toBe(false);
    });

    test('holds the application back while a slow visitor reads, in bounded memory, and arrives whole', async () => {
      const chunk = Buffer.alloc(256 << 10, 'z');
      const total = 200;
      let written = 0;
      let held = false;
      const client = await serve((exchange) => {
        const { answer: sink } = exchange;
        sink.head(head(200, chunk.length * total));
        const go = (): void => {
          while (written < total) {
            written++;
            if (!sink.write(chunk)) {
              held = true;
              return;
            }
          }
          if (written === total) {
            written++;
            sink.end();
          }
        };
        sink.onDrain = go;
        go();
      });
      client.pause();
      client.send(get('/'));
      const deadline = Date.now() + 3000;
      while (!held && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(held).toBe(true);
      expect(written).toBeLessThan(total / 2);
      client.resume();
      const text = await client.until((received) => received.length >= chunk.length * total, 15_000);
      expect(text.length - text.indexOf('\r\n\r\n') - 4).toBe(chunk.length * total);
    });

    test('that a visitor does not take any of is given up after its time limit', async () => {
      let complete: boolean | undefined;
      const client = await serve(
        (exchange) => {
          exchange.answer.onFinished = (finished) => {
            complete = finished.complete;
          };
          exchange.answer.head(head(200, 50_000_000));
          exchange.answer.write(Buffer.alloc(50_000_000));
          exchange.answer.end();
        },
        { answerTimeoutMs: 200 },
      );
      client.pause();
      client.send(get('/'));
      const deadline = Date.now() + 5000;
      while (complete === undefined && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(complete).toBe(false);
    });
  });

  describe('closing the listener', () => {
    test('ends idle connections at once and lets the ones at work finish', async () => {
      let exchange: Exchange | undefined;
      const busy = await serve((arrived) => {
        exchange = arrived;
      });
      const idle = await RawHttpClient.connect(listener!.port);
      busy.send(get('/'));
      while (exchange === undefined) await new Promise((resolve) => setImmediate(resolve));
      const closed = listener!.close(5000);
      await idle.untilOver();
      answer(exchange, 'finished');
      expect(await busy.untilOver()).toContain('Connection: close');
      await closed;
      expect(busy.received).toMatch(/finished$/);
    });

    test('cuts what is not over after the grace', async () => {
      let exchange: Exchange | undefined;
      const client = await serve((arrived) => {
        exchange = arrived;
      });
      client.send(get('/'));
      while (exchange === undefined) await new Promise((resolve) => setImmediate(resolve));
      await listener!.close(50);
      expect(await client.untilOver()).toBe('');
    });

    test('takes no new connections', async () => {
      await serve(() => {});
      const { port } = listener!;
      await listener!.close(0);
      await expect(RawHttpClient.connect(port)).rejects.toThrow('ECONNREFUSED');
    });
  });

  test('an address that is taken is a fault that says what to do', async () => {
    await serve(() => {});
    const { port } = listener!;
    const options = {
      address: { kind: 'tcp' as const, host: '127.0.0.1', port },
      settings,
      serverSoftware: '',
      handler: () => {},
      errorPage: { error: () => expect.unreachable() },
      now: () => 0,
      nextId: () => '',
      onRefused: () => {},
    };
    expect(() => new HttpListener(options)).toThrow(`127.0.0.1:${port} is taken by another program`);
  });
});
