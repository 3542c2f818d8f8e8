import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adaptor, fixtures, python } from './python.ts';
import { type ProgramEnd, RunningProgram } from './running-program.ts';

describe.skipIf(!python.available)('what spillway_wsgi.py makes of its surroundings', () => {
  async function run(
    words: readonly string[],
    env: Record<string, string> = {},
    cwd = fixtures,
  ): Promise<ProgramEnd & { output: string; errors: string }> {
    const program = new RunningProgram([python.path, adaptor, ...words], { cwd, env, stdin: 'ignore' });
    const end = await program.ended;
    return { ...end, output: program.output, errors: program.errors };
  }

  const cgi = (path: string, query = '') => ({
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    PATH_INFO: path,
    QUERY_STRING: query,
    SCRIPT_NAME: '',
  });

  function bodyOf(output: string): string {
    return output.slice(output.indexOf('\r\n\r\n') + 4);
  }

  test.each([
    [[], /expected MODULE:CALLABLE/],
    [['life'], /expected MODULE:CALLABLE, found 'life'/],
    [['--scgi'], /expected a value after --scgi/],
    [
      ['--scgi', 'nowhere', 'life:application'],
      /expected HOST:PORT, \[IPv6\]:PORT or unix:PATH, found 'nowhere'/,
    ],
    [['--scgi', '127.0.0.1:99999', 'life:application'], /expected HOST:PORT/],
    [
      ['--scgi', '127.0.0.1:0', '--http', '127.0.0.1:0', 'life:application'],
      /expected one of --scgi and --http/,
    ],
    [['--nonsense', 'life:application'], /found '--nonsense'/],
    [['life:application'], /expected --scgi ADDRESS or --http ADDRESS, a listening socket/],
    [['--scgi', '127.0.0.1:0', 'life:absent'], /AttributeError: .*'absent'/],
    [['--scgi', '127.0.0.1:0', 'life:heard'], /expected a callable as life:heard, found list/],
  ])('%j ends with what was expected', async (words, message) => {
    const { code, errors } = await run(words);
    expect(code).toBe(1);
    expect(errors).toMatch(message);
  });

  test('--help tells how it is used', async () => {
    const { code, output } = await run(['--help']);
    expect(code).toBe(0);
    expect(output).toContain('--http ADDRESS');
  });

  test('modules come from the working directory, and none from the folder of the adaptor', async () => {
    const { output } = await run(['life:application'], cgi('/environment'));
    const [, , path, folder] = JSON.parse(bodyOf(output)) as [unknown, unknown, string[], string];
    expect(folder).toBe(fixtures);
    expect(path[0]).toBe(fixtures);
    expect(path).not.toContain(join(adaptor, '..'));
  });

  test('--chdir is where modules come from; a package and an attribute of an object are found', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-wsgi-'));
    mkdirSync(join(folder, 'wiki'));
    writeFileSync(
      join(folder, 'wiki', '__init__.py'),
      "import os\nclass site:\n    @staticmethod\n    def application(environ, start_response):\n        start_response('200 OK', [])\n        return [os.getcwd().encode()]\n",
    );
    const { output } = await run([`--chdir=${folder}`, 'wiki:site.application'], cgi('/'));
    expect(bodyOf(output)).toBe(folder);
  });

  test('as a CGI program an application that does not load is a 500 with an id', async () => {
    const { code, output, errors } = await run(['absent:application'], cgi('/'));
    expect(code).toBe(0);
    expect(output).toMatch(/^Status: 500 Internal Server Error\r\n/);
    const id = /has the id ([0-9a-f]{16})\./.exec(output)?.[1];
    expect(errors).toMatch(new RegExp(`^spillway_wsgi: error ${id}: GET /: ModuleNotFoundError: `));
  });

  test('as a CGI program what the application prints is not in the answer', async () => {
    const { output, errors } = await run(['rules:application'], cgi('/errors-stream'));
    expect(output).toBe('Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nok');
    expect(errors).toContain('printed\n');
  });

  describe('as a CGI program on the bus', () => {
    async function publish(query: string, respond: (request: Request) => Response | Promise<Response>) {
      const socket = join(mkdtempSync(join(tmpdir(), 'spillway-wsgi-')), 'bus');
      const server = Bun.serve({ unix: socket, fetch: respond });
      try {
        const env = { SPILLWAY_BUS: `unix:${socket}`, SPILLWAY_BUS_TOKEN: 'secret' };
        return bodyOf((await run(['life:application'], { ...cgi('/publish', query), ...env })).output);
      } finally {
        await server.stop(true);
      }
    }

    test('an event goes to the gateway’s socket with the token', async () => {
      const requests: unknown[] = [];
      const said = await publish('reload.gateway', async (request) => {
        const { pathname } = new URL(request.url);
        requests.push([request.method, pathname, request.headers.get('authorization'), await request.json()]);
        return Response.json({ heard: 1 });
      });
      expect(said).toBe('taken None heard 0');
      const event = { event: 'reload', scope: 'gateway', payload: { key: ['value'] } };
      expect(requests).toEqual([['POST', '/bus/publish', 'Bearer secret', event]]);
    });

    test('what is refused is told to the application', async () => {
      const refusal = () => Response.json({ error: 'wiki may not publish reload' }, { status: 403 });
      expect(await publish('reload.gateway', refusal)).toBe(
        'BusRefused: wiki may not publish reload heard 0',
      );
      expect(await publish('reload.gateway', () => new Response('?', { status: 500 }))).toMatch(
        /^BusRefused: 500 /,
      );
    });

    test('where nobody is, that is told to the application', async () => {
      const env = { SPILLWAY_BUS: 'unix:/nonexistent/bus', SPILLWAY_BUS_TOKEN: 'secret' };
      const { output } = await run(['life:application'], { ...cgi('/publish', 'reload.gateway'), ...env });
      expect(bodyOf(output)).toMatch(/^BusRefused: the gateway does not answer at unix:\/nonexistent\/bus/);
      const alone = await run(['life:application'], cgi('/publish', 'reload.gateway'));
      expect(bodyOf(alone.output)).toMatch(/^BusRefused: expected a gateway/);
    });

    test('the token is not in the environ', async () => {
      const { output } = await run(['life:application'], { ...cgi('/'), SPILLWAY_BUS_TOKEN: 'secret' });
      expect(output).not.toContain('secret');
    });
  });
});
