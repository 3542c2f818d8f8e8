import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { echoedVariables } from './echoed-variables.ts';
import { RunningSpillway } from './running-spillway.ts';

/** What RFC 3875, SCGI and safety ask of the way in, with the same request to a program and to a daemon. */
const daemon = join(import.meta.dirname, 'fixtures/echo-daemon.ts');
const echo = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nenv\nprintf "body of %s\\n" "$(wc -c)"\n';

let gateway: RunningSpillway;
let folder: string;

beforeAll(async () => {
  folder = RunningSpillway.folder();
  writeFileSync(join(folder, 'echo.cgi'), echo, { mode: 0o755 });
  gateway = await RunningSpillway.start(
    folder,
    `http: { max_head: 1MiB }
applications:
  exec: { at: /exec, cgi: { program: ./echo.cgi }, environment: { SETTING: of ours }, max_body: 1MiB }
  forward:
    at: /forward
    scgi: { address: unix:./echo.sock, daemon: { command: [${process.execPath}, ${daemon}, ./echo.sock, ./starts] } }
    max_body: 1MiB
`,
  );
});

afterAll(async () => {
  expect(await gateway.stop()).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

describe.each(['exec', 'forward'])('a request in the lane %s', (lane) => {
  const lines = async (head: readonly string[], body?: string) => {
    const answer = await ask(gateway.port, head, body);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const variables = async (head: readonly string[], body?: string) =>
    echoedVariables(await lines(head, body));

  test('has all variables that are always set', async () => {
    const echoed = await variables([`GET /${lane} HTTP/1.1`]);
    const always = {
      GATEWAY_INTERFACE: 'CGI/1.1',
      QUERY_STRING: '',
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: 'GET',
      REQUEST_URI: `/${lane}`,
      SCRIPT_NAME: `/${lane}`,
      SERVER_NAME: 'example.org',
      SERVER_PORT: String(gateway.port),
      SERVER_PROTOCOL: 'HTTP/1.1',
    };
    for (const [name, value] of Object.entries(always))
      expect([name, echoed.get(name)]).toEqual([name, value]);
    expect(echoed.get('SERVER_SOFTWARE')).toMatch(/^Spillway\//);
    expect(echoed.has('DOCUMENT_ROOT')).toBe(true);
  });

  test('has CONTENT_LENGTH if and only if there is a body, except that SCGI always says it', async () => {
    expect((await variables([`GET /${lane} HTTP/1.1`])).get('CONTENT_LENGTH')).toBe(
      lane === 'exec' ? undefined : '0',
    );
    const posted = await lines([`POST /${lane} HTTP/1.1`, 'Content-Length: 5'], 'hello');
    expect(posted).toContain('CONTENT_LENGTH=5\n');
    expect(posted).toContain('body of 5');
  });

  test('gets a length where the body came in chunks', async () => {
    const chunks = '5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX-Trailer: x\r\n\r\n';
    const posted = await lines([`POST /${lane} HTTP/1.1`, 'Transfer-Encoding: chunked'], chunks);
    expect(posted).toContain('CONTENT_LENGTH=12\n');
    expect(posted).toContain('body of 12');
    expect(posted).not.toContain('TRANSFER_ENCODING');
  });

  test('is refused with 413 where chunks go over the bound', async () => {
    const chunk = `80000\r\n${'x'.repeat(0x80000)}\r\n`;
    const { status } = await ask(
      gateway.port,
      [`POST /${lane} HTTP/1.1`, 'Transfer-Encoding: chunked'],
      `${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(status).toBe(413);
  });

  test('has PATH_TRANSLATED only with PATH_INFO, which is decoded', async () => {
    const without = await variables([`GET /${lane}?a=%20b HTTP/1.1`]);
    expect([without.has('PATH_INFO'), without.has('PATH_TRANSLATED')]).toEqual([false, false]);
    expect(without.get('QUERY_STRING')).toBe('a=%20b');
    const echoed = await variables([`GET /${lane}/a%20b?c HTTP/1.1`]);
    expect(echoed.get('PATH_INFO')).toBe('/a b');
    expect(echoed.get('PATH_TRANSLATED')).toBe(`${echoed.get('DOCUMENT_ROOT')}/a b`);
    expect(echoed.get('REQUEST_URI')).toBe(`/${lane}/a%20b?c`);
  });

  test('has repeated fields as one variable: Cookie with a semicolon, others with a comma', async () => {
    const echoed = await variables([
      `GET /${lane} HTTP/1.1`,
      'Cookie: a=b',
      'X-One: 1',
      'cookie: c=d',
      'x-one: 2',
    ]);
    expect(echoed.get('HTTP_COOKIE')).toBe('a=b; c=d');
    expect(echoed.get('HTTP_X_ONE')).toBe('1, 2');
  });

  test('hears `X-Foo` and never `X_Foo`, which would be the same variable', async () => {
    const echoed = await variables([`GET /${lane} HTTP/1.1`, 'X_Foo: forged', 'X-Foo: true', 'X_Only: x']);
    expect(echoed.get('HTTP_X_FOO')).toBe('true');
    expect(echoed.has('HTTP_X_ONLY')).toBe(false);
  });

  test.each(['Proxy', 'proxy', 'PROXY'])('never hears `%s:`', async (name) => {
    const echoed = await lines([`GET /${lane} HTTP/1.1`, `${name}: http://evil/`]);
    expect(echoed).not.toMatch(/evil|HTTP_PROXY/i);
  });

  test('carries bytes that are no UTF-8 as they are', async () => {
    const echoed = await variables([`GET /${lane}/%e9 HTTP/1.1`, 'X-Bytes: caf\xe9']);
    expect(echoed.get('HTTP_X_BYTES')).toBe('caf\xe9');
    expect(echoed.get('PATH_INFO')).toBe('/\xe9');
  });

  test('carries over 4 KB of variables, and one of 100 KB', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `X-Many-${index}: ${'v'.repeat(200)}`);
    const echoed = await variables([`GET /${lane} HTTP/1.1`, ...many, `X-Large: ${'x'.repeat(100_000)}`]);
    expect([...echoed.keys()].filter((name) => name.startsWith('HTTP_X_MANY_'))).toHaveLength(60);
    expect(echoed.get('HTTP_X_LARGE')).toHaveLength(100_000);
  });

  test.each([
    [`/${lane}/%2e%2e/${lane}/x`, '/x'],
    [`/${lane}/a%2fb`, '/a/b'],
    [`/${lane}/a/%2E%2E%2fc`, '/c'],
    [`/${lane}/./a//b/`, '/a//b/'],
  ])('has the dots and slashes of %s settled', async (target, pathInfo) => {
    const echoed = await variables([`GET ${target} HTTP/1.1`]);
    expect(echoed.get('PATH_INFO')).toBe(pathInfo);
    expect(echoed.get('REQUEST_URI')).toBe(target);
  });

  test.each([`/${lane}/..%2f..%2f..%2fetc/passwd`, `/${lane}/a%00b`, `/${lane}/%zz`, '/../x'])(
    'to %s is refused',
    async (target) => {
      expect((await ask(gateway.port, [`GET ${target} HTTP/1.1`])).status).toBe(400);
    },
  );

  test('that climbs out of the application is not for the application', async () => {
    const { status } = await ask(gateway.port, [`GET /${lane}/%2e%2e/elsewhere HTTP/1.1`]);
    expect(status).toBe(404);
  });
});

test('a program sees its environment, PATH, the request, and nothing else of the gateway', async () => {
  const echoed = echoedVariables((await ask(gateway.port, ['GET /exec HTTP/1.1'])).body);
  expect(echoed.get('SETTING')).toBe('of ours');
  // What the shell itself sets.
  const own = new Set(['PWD', 'SHLVL', 'OLDPWD', '_', 'PATH', 'SETTING']);
  const foreign = [...echoed.keys()].filter(
    (name) =>
      !own.has(name) &&
      !/^(HTTP_|SERVER_|REMOTE_|REQUEST_|SCRIPT_|QUERY_STRING$|DOCUMENT_ROOT$|GATEWAY_INTERFACE$|UNIQUE_ID$)/.test(
        name,
      ),
  );
  expect(foreign).toEqual([]);
});

test('SCGI begins with CONTENT_LENGTH, says SCGI=1, and has no name empty or twice', async () => {
  const { body } = await ask(
    gateway.port,
    ['POST /forward HTTP/1.1', 'Content-Length: 2', 'A: b', 'A: c'],
    'hi',
  );
  const lines = body.split('\n').slice(0, -1);
  expect(lines[0]).toBe('CONTENT_LENGTH=2');
  expect(lines).toContain('SCGI=1');
  const names = lines.map((line) => line.slice(0, line.indexOf('=')));
  expect(names).not.toContain('');
  expect(new Set(names).size).toBe(names.length);
});

test('a variable over 128 KiB is refused with 431 before a program is run', async () => {
  const field = `X-Large: ${'x'.repeat(131_072)}`;
  expect((await ask(gateway.port, ['GET /exec HTTP/1.1', field])).status).toBe(431);
  expect((await ask(gateway.port, ['GET /forward HTTP/1.1', field])).status).toBe(200);
});

test('all of this took one start of the daemon', () => {
  expect(readFileSync(join(folder, 'starts'), 'latin1').trim().split('\n')).toHaveLength(1);
});
