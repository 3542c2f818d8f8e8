import { afterEach, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

/** What RFC 3875 and safety ask of what a program may answer, and of what the visitor sees of it. */
let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function answerTo(script: string, line = 'GET /a HTTP/1.1') {
  gateway = await servePrograms({ a: script });
  return await ask(gateway.port, [line]);
}

describe('a program that prints', () => {
  test.each([
    ['a head with LF', 'printf "Content-Type: text/plain\\n\\nbody"', 200, 'body'],
    ['a head with CRLF', 'printf "Content-Type: text/plain\\r\\n\\r\\nbody"', 200, 'body'],
    ['a Status', 'printf "Status: 404 Gone Fishing\\nContent-Type: text/plain\\n\\nbody"', 404, 'body'],
    [
      'a Status and a Location',
      'printf "Status: 201 Created\\nLocation: http://h/x\\nContent-Type: text/plain\\n\\nbody"',
      201,
      'body',
    ],
    ['an absolute Location alone', 'printf "Location: https://example.org/x\\n\\n"', 302, ''],
  ])('%s is passed', async (_what, script, status, body) => {
    const answer = await answerTo(script);
    expect([answer.status, answer.body]).toEqual([status, body]);
    if (script.includes('Location')) expect(answer.fields.get('location')).toMatch(/^https?:\/\//);
  });

  test.each([
    ['no head at all', 'printf "just text\\n"'],
    ['nothing', ':'],
    ['a field without a name', 'printf ": x\\nContent-Type: text/plain\\n\\n"'],
    ['a name that is no token', 'printf "Bad Name: x\\nContent-Type: text/plain\\n\\n"'],
    ['a bare CR in a value', 'printf "X: a\\rb\\nContent-Type: text/plain\\n\\n"'],
    ['NUL in a value', 'printf "X: a\\000b\\nContent-Type: text/plain\\n\\n"'],
    [
      'two different Content-Lengths',
      'printf "Content-Length: 1\\nContent-Length: 2\\nContent-Type: text/plain\\n\\nxx"',
    ],
    ['a Content-Length that is none', 'printf "Content-Length: 1x\\nContent-Type: text/plain\\n\\nx"'],
    ['a body without a Content-Type', 'printf "X: y\\n\\nbody"'],
  ])('%s makes it 502', async (_what, script) => {
    expect((await answerTo(script)).status).toBe(502);
  });

  test('hop-by-hop fields has them removed, and cannot change the framing', async () => {
    const fields = [
      'Connection: X-Secret',
      'Keep-Alive: timeout=1',
      'Transfer-Encoding: chunked',
      'Upgrade: h2c',
    ];
    const {
      status,
      fields: seen,
      body,
    } = await answerTo(
      `printf "${fields.join('\\n')}\\nContent-Type: text/plain\\n\\n3\\r\\nabc\\r\\n0\\r\\n\\r\\n"`,
    );
    expect(status).toBe(200);
    expect(body).toBe('3\r\nabc\r\n0\r\n\r\n');
    for (const name of ['keep-alive', 'upgrade']) expect(seen.has(name)).toBe(false);
    expect(seen.get('connection')).toBe('close');
  });

  test('a body to HEAD has it discarded', async () => {
    const { status, body } = await answerTo(
      'printf "Content-Type: text/plain\\n\\nbody"',
      'HEAD /a HTTP/1.1',
    );
    expect([status, body]).toEqual([200, '']);
  });
});

describe('a local redirect', () => {
  test('is served as if the visitor had asked for it', async () => {
    gateway = await servePrograms({
      from: 'cat > /dev/null; printf "Location: /to/x?y\\n\\n"',
      to: 'printf "Content-Type: text/plain\\n\\n%s" "$REQUEST_METHOD $SCRIPT_NAME $PATH_INFO $QUERY_STRING $CONTENT_LENGTH"',
    });
    const { status, body } = await ask(gateway.port, ['POST /from HTTP/1.1', 'Content-Length: 2'], 'ab');
    expect([status, body]).toEqual([200, 'GET /to /x y ']);
  });

  test('to itself ends after five with 500', async () => {
    gateway = await servePrograms({ a: 'echo x >> ./runs; printf "Location: /a\\n\\n"' });
    const { status } = await ask(gateway.port, ['GET /a HTTP/1.1']);
    expect(status).toBe(500);
    expect(await Bun.file(`${gateway.folder}/runs`).text()).toBe('x\n'.repeat(6));
  });
});
