import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { adaptor, fixtures, python } from './python.ts';
import { RunningProgram } from './running-program.ts';
import { scgiRequest } from './ways-to-run.ts';

/** Opens a socket, and starts a command for it: as standard input, or as systemd does. */
const opener = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
number = 0 if sys.argv[2] == 'inetd' else 3
os.dup2(listener.fileno(), number)
os.set_inheritable(number, True)
children = []
for _ in range(int(sys.argv[3])):
    child = os.fork()
    if child == 0:
        if sys.argv[2] == 'systemd':
            os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))
        os.execv(sys.argv[4], sys.argv[4:])
    children.append(child)
print(*children, flush=True)
for child in children:
    print(os.waitpid(child, 0)[1], flush=True)
`;

describe.skipIf(!python.available)('a WSGI application as an SCGI server', () => {
  const running: RunningProgram[] = [];
  afterEach(async () => {
    for (const program of running.splice(0)) await program.stop();
  });

  function run(command: readonly string[], cwd = fixtures): RunningProgram {
    const program = new RunningProgram(command, { cwd, stdin: 'ignore' });
    running.push(program);
    return program;
  }

  async function start(socket = folderSocket()): Promise<[RunningProgram, string]> {
    const program = run([python.path, adaptor, '--scgi', `unix:${socket}`, 'life:application']);
    await program.says(/SCGI at/);
    return [program, socket];
  }

  function folderSocket(): string {
    return join(mkdtempSync(join(tmpdir(), 'spillway-wsgi-')), 'socket');
  }

  async function send(socket: string, ...pieces: string[]): Promise<string> {
    const client = await RawHttpClient.connectUnix(socket);
    for (const piece of pieces) {
      client.send(piece);
      // So that the pieces come one by one.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const answer = await client.untilOver(15_000);
    client.leave();
    return answer;
  }

  function bodyOf(answer: string): string {
    return answer.slice(answer.indexOf('\r\n\r\n') + 4);
  }

  async function variables(socket: string, given: Record<string, string>): Promise<Record<string, string>> {
    const head = Object.entries({ CONTENT_LENGTH: '0', SCGI: '1', REQUEST_METHOD: 'GET', ...given })
      .map(([name, value]) => `${name}\0${value}\0`)
      .join('');
    return JSON.parse(bodyOf(await send(socket, `${head.length}:${head},`))) as Record<string, string>;
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it when the request under way is answered',
    async (signal) => {
      const [program, socket] = await start();
      const go = `${socket}.go`;
      const under = send(socket, scgiRequest({ path: '/sleep', query: go }));
      await program.says(/asleep/);
      program.signal(signal);
      writeFileSync(go, '');
      expect(bodyOf(await under)).toBe('slept');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(program.errors).toMatch(/^at start\n.*\nasleep\nat stop\nat exit\n$/);
      await expect(RawHttpClient.connectUnix(socket)).rejects.toThrow();
    },
  );

  test('who has found its Unix socket before it stops is served', async () => {
    const [program, socket] = await start();
    const go = `${socket}.go`;
    const under = send(socket, scgiRequest({ path: '/sleep', query: go }));
    await program.says(/asleep/);
    const queued = [1, 2, 3].map(() => send(socket, scgiRequest({ path: '/pid' })));
    const last = await RawHttpClient.connectUnix(socket);
    last.send(scgiRequest({ path: '/pid' }));
    program.signal('SIGTERM');
    writeFileSync(go, '');
    expect(bodyOf(await under)).toBe('slept');
    for (const answer of [...queued, last.untilOver()]) expect(bodyOf(await answer)).toMatch(/^\d+$/);
    last.leave();
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('an answer to a request that came in pieces is cut for all to see, too', async () => {
    const socket = folderSocket();
    const program = run([python.path, adaptor, '--scgi', `unix:${socket}`, 'rules:application']);
    await program.says(/SCGI at/);
    const request = scgiRequest({ path: '/raises-after-first-block' });
    for (const at of [2, 40, request.length - 1]) {
      const client = await RawHttpClient.connectUnix(socket);
      client.send(request.slice(0, at));
      await new Promise((resolve) => setTimeout(resolve, 2));
      client.send(request.slice(at));
      await client.until((_, { ended, reset }) => ended || reset);
      expect([client.received.endsWith('half'), client.reset], `cut at ${at}`).toEqual([true, true]);
      client.leave();
    }
  });

  test('a signal ends it while it waits', async () => {
    const [program] = await start();
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  test('a name that a dead server left is taken over, one of a living server is not', async () => {
    const [first, socket] = await start();
    first.signal('SIGKILL');
    await first.ended;
    await start(socket);
    const second = run([python.path, adaptor, '--scgi', `unix:${socket}`, 'life:application']);
    expect((await second.ended).code).toBe(1);
    expect(second.errors).toContain('Address already in use');
    expect(bodyOf(await send(socket, scgiRequest({ path: '/pid' })))).toMatch(/^\d+$/);
  });

  test.each(['inetd', 'systemd'])('several share a socket that they inherit, as %s gives it', async (way) => {
    const socket = folderSocket();
    const program = run([
      python.path,
      '-c',
      opener,
      socket,
      way,
      '2',
      python.path,
      adaptor,
      'life:application',
    ]);
    await program.says(/^\d+ \d+\n/);
    const pids = program.output.trim().split(' ');
    const go = `${socket}.go`;
    const under = send(socket, scgiRequest({ path: '/sleep', query: go }));
    await program.says(/asleep/);
    expect(pids).toContain(bodyOf(await send(socket, scgiRequest({ path: '/pid' }))));
    writeFileSync(go, '');
    expect(bodyOf(await under)).toBe('slept');
    for (const pid of pids) process.kill(Number(pid), 'SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.output).toBe(`${pids.join(' ')}\n0\n0\n`);
  });

  test('a head that comes in pieces, and one that is large, are read whole', async () => {
    const [, socket] = await start();
    const request = scgiRequest({ path: '/pid', variables: { HTTP_COOKIE: 'c'.repeat(500_000) } });
    expect(bodyOf(await send(socket, request))).toMatch(/^\d+$/);
    const small = scgiRequest({ path: '/pid' });
    for (const at of [1, 2, 3, 4, 5, 50, small.length - 1])
      expect(bodyOf(await send(socket, small.slice(0, at), small.slice(at))), `cut at ${at}`).toMatch(
        /^\d+$/,
      );
    expect(bodyOf(await send(socket, ...small))).toMatch(/^\d+$/);
  });

  test.each([
    ['no netstring', 'GET / HTTP/1.0\r\n\r\n'],
    ['no length', ':abc,'],
    ['a length over the bound', '99999999:CONTENT_LENGTH'],
    ['a leading zero', '019:CONTENT_LENGTH\x000\x00,'],
    ['a leading zero in a whole head', '024:CONTENT_LENGTH\x000\x00SCGI\x001\x00,'],
    ['no comma', '27:CONTENT_LENGTH\x000\x00SCGI\x001\x00AB\x00;'],
    ['another first variable', '24:SCGI\x001\x00CONTENT_LENGTH\x000\x00,'],
    ['no SCGI', '17:CONTENT_LENGTH\x000\x00,'],
    ['another SCGI', '24:CONTENT_LENGTH\x000\x00SCGI\x002\x00,'],
    ['a name without a value', '29:CONTENT_LENGTH\x000\x00SCGI\x001\x00NAME\x00,'],
    ['a length that is no number', '25:CONTENT_LENGTH\x00+1\x00SCGI\x001\x00,'],
    ['SCGI twice', '31:CONTENT_LENGTH\x000\x00SCGI\x001\x00SCGI\x001\x00,'],
    ['no method', '24:CONTENT_LENGTH\x000\x00SCGI\x001\x00,'],
  ])('%s is refused with 400', async (_what, request) => {
    const [program, socket] = await start();
    const client = await RawHttpClient.connectUnix(socket);
    client.send(request);
    const answer = await client.until((received) => received.includes('\r\n\r\n'));
    client.leave();
    expect(answer).toMatch(/^Status: 400 Bad Request\r\n/);
    expect(bodyOf(await send(socket, scgiRequest({ path: '/pid' })))).toMatch(/^\d+$/);
    expect(program.errors).toMatch(/refused: expected /);
  });

  test('fields that come twice are joined', async () => {
    const [, socket] = await start();
    const pairs = 'REQUEST_METHOD GET HTTP_COOKIE a=1 HTTP_COOKIE b=2 HTTP_ACCEPT x HTTP_ACCEPT y';
    const head = `CONTENT_LENGTH 0 SCGI 1 ${pairs} `.replaceAll(' ', '\0');
    expect(JSON.parse(bodyOf(await send(socket, `${head.length}:${head},`)))).toMatchObject({
      HTTP_COOKIE: 'a=1; b=2',
      HTTP_ACCEPT: 'x, y',
    });
  });

  test.each([
    ['nginx’s scgi_params', { DOCUMENT_URI: '/a b', REQUEST_URI: '/a%20b?c' }, ['', '/a b']],
    ['only REQUEST_URI', { REQUEST_URI: '/a%20b%FF?c' }, ['', '/a b\xff']],
    ['no PATH_INFO', { SCRIPT_NAME: '/app' }, ['/app', '']],
    ['a SCRIPT_NAME /', { SCRIPT_NAME: '/', PATH_INFO: 'x' }, ['', '/x']],
    ['a SCRIPT_NAME that ends with /', { SCRIPT_NAME: '/app/', PATH_INFO: '/x' }, ['/app', '/x']],
    ['both empty', { SCRIPT_NAME: '', PATH_INFO: '' }, ['', '/']],
  ])('SCRIPT_NAME and PATH_INFO are as PEP 3333 wants them from %s', async (_what, given, expected) => {
    const [, socket] = await start();
    const { SCRIPT_NAME, PATH_INFO } = await variables(socket, given);
    expect([SCRIPT_NAME, PATH_INFO]).toEqual(expected);
  });

  test('what a visitor sends cannot pose as a variable of the server', async () => {
    const [, socket] = await start();
    const found = await variables(socket, {
      HTTP_CONTENT_LENGTH: '5',
      HTTP_CONTENT_TYPE: 'a/b',
      HTTP_PROXY: 'evil',
      HTTPS: 'on',
      'wsgi.url_scheme': 'gopher',
    });
    for (const name of ['HTTP_CONTENT_LENGTH', 'HTTP_CONTENT_TYPE', 'HTTP_PROXY'])
      expect(found).not.toHaveProperty(name);
    expect(found['wsgi.url_scheme']).toBe('https');
  });

  test('a visitor who leaves while the answer is made is no error of the application', async () => {
    const [program, socket] = await start();
    const client = await RawHttpClient.connectUnix(socket);
    const go = `${socket}.go`;
    client.send(scgiRequest({ path: '/sleep', query: go }));
    await program.says(/asleep/);
    client.leave();
    writeFileSync(go, '');
    expect(bodyOf(await send(socket, scgiRequest({ path: '/pid' })))).toMatch(/^\d+$/);
    expect(program.errors).not.toContain('Traceback');
  });
});
