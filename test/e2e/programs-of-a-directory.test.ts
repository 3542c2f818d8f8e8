import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { RunningSpillway } from './running-spillway.ts';

let folder: string;
let gateway: RunningSpillway | undefined;

beforeEach(() => {
  folder = RunningSpillway.folder();
  mkdirSync(join(folder, 'cgi-bin/below'), { recursive: true });
});

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const text = 'printf "Content-Type: text/plain\\n\\n"';

function program(path: string, commands: string): void {
  writeFileSync(join(folder, 'cgi-bin', path), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
}

async function serve(cgi: string, more = ''): Promise<RunningSpillway> {
  const running = await RunningSpillway.start(
    folder,
    `applications:\n  bin:\n    at: /cgi-bin\n    policies: [ fixed ]\n    cgi: { ${cgi} }\n${more}`,
  );
  gateway = running;
  return running;
}

async function status(running: RunningSpillway, path: string): Promise<number> {
  const client = await RawHttpClient.connect(running.port);
  client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  const answer = await client.untilOver();
  client.leave();
  return Number(answer.split(' ')[1]);
}

describe('a directory of programs', () => {
  test('runs the one that the path names, in its own directory, with variables that say so', async () => {
    const names = 'SCRIPT_NAME PATH_INFO PATH_TRANSLATED SCRIPT_FILENAME DOCUMENT_ROOT';
    program('below/größe.cgi', `${text}; for name in ${names}; do eval "echo \\$$name"; done; pwd`);
    const running = await serve('directory: ./cgi-bin');
    const response = await fetch(`${running.address}/cgi-bin/below/gr%c3%b6%c3%9fe.cgi/a%20b/c?q=1`);
    expect((await response.text()).split('\n')).toEqual([
      '/cgi-bin/below/größe.cgi',
      '/a b/c',
      `${folder}/cgi-bin/a b/c`,
      `${folder}/cgi-bin/below/größe.cgi`,
      `${folder}/cgi-bin`,
      `${folder}/cgi-bin/below`,
      '',
    ]);
  });

  test('runs no other, and says so by the status, the metrics and the log', async () => {
    program('good', text);
    program('.hidden', text);
    writeFileSync(join(folder, 'cgi-bin/data'), 'data');
    writeFileSync(join(folder, 'outside'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync('../outside', join(folder, 'cgi-bin/link'));
    const running = await serve('directory: ./cgi-bin');
    const statuses: Record<string, number> = {};
    for (const path of ['good', 'good/x', '', 'none', 'below', '.hidden', 'data', 'link', '%2e%2e/outside'])
      statuses[path] = await status(running, `/cgi-bin/${path}`);
    expect(statuses).toEqual({
      good: 200,
      'good/x': 200,
      '': 404,
      none: 404,
      below: 404,
      '.hidden': 404,
      data: 403,
      link: 403,
      '%2e%2e/outside': 404,
    });
    expect(await running.metric('spillway_failures_total', 'failure="no_script"')).toBe(4);
    expect(await running.metric('spillway_failures_total', 'failure="script_forbidden"')).toBe(2);
  });

  test('serves what is put there, or becomes executable, while it runs', async () => {
    const running = await serve('directory: ./cgi-bin');
    expect(await status(running, '/cgi-bin/new')).toBe(404);
    program('new', text);
    expect(await status(running, '/cgi-bin/new')).toBe(200);
    chmodSync(join(folder, 'cgi-bin/new'), 0o644);
    expect(await status(running, '/cgi-bin/new')).toBe(403);
  });

  test('is followed by local redirects', async () => {
    program('from', 'printf "Location: /cgi-bin/to/there\\n\\n"');
    program('to', `${text}; printf "%s %s" "$SCRIPT_NAME" "$PATH_INFO"`);
    program('nowhere', 'printf "Location: /cgi-bin/none\\n\\n"');
    const running = await serve('directory: ./cgi-bin');
    expect(await (await fetch(`${running.address}/cgi-bin/from`)).text()).toBe('/cgi-bin/to /there');
    expect(await status(running, '/cgi-bin/nowhere')).toBe(404);
  });
});

describe('a program with a whole HTTP response of its own', () => {
  const response =
    'printf "HTTP/1.0 203 Quite So\\r\\nX-Own: 1\\r\\nConnection: upgrade\\r\\n\\r\\nbody as it is"';

  test('is one where it is configured so; framing and connection stay ours', async () => {
    program('whole', response);
    const running = await serve('program: ./cgi-bin/whole, nph: true');
    const client = await RawHttpClient.connect(running.port);
    client.send('GET /cgi-bin HTTP/1.1\r\nHost: h\r\n\r\n');
    const answer = await client.until((received) => received.endsWith('\r\n0\r\n\r\n'));
    client.leave();
    expect(answer).toMatch(/^HTTP\/1\.1 203 Quite So\r\nX-Own: 1\r\n/);
    expect(answer).toContain('\r\n\r\nd\r\nbody as it is\r\n0\r\n\r\n');
    expect(answer).not.toContain('upgrade');
  });

  test('is one in a directory by its name, and only where that is configured', async () => {
    program('nph-whole', response);
    program('plain', `${text}; echo plain`);
    let running = await serve('directory: ./cgi-bin, nph: true');
    expect(await status(running, '/cgi-bin/nph-whole')).toBe(203);
    expect(await status(running, '/cgi-bin/plain')).toBe(200);
    await running.stop();
    folder = RunningSpillway.folder();
    mkdirSync(join(folder, 'cgi-bin'));
    program('nph-whole', response);
    running = await serve('directory: ./cgi-bin');
    expect(await status(running, '/cgi-bin/nph-whole')).toBe(502);
  });

  test.each([
    ['a CGI response', `${text}; echo body`],
    ['an interim response', 'printf "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\n"'],
    [
      'a body in a framing of its own',
      'printf "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n"',
    ],
    ['another protocol', 'printf "HTTP/2 200 OK\\r\\n\\r\\n"'],
  ])('is a bad gateway with %s', async (_what, commands) => {
    program('whole', commands);
    const running = await serve('program: ./cgi-bin/whole, nph: true');
    expect(await status(running, '/cgi-bin')).toBe(502);
  });
});

describe('limits of an application', () => {
  test.each([
    ['body', 'limits: { body: 1KiB }', 413],
    ['environment', 'limits: { environment: 1KiB }', 431],
    ['head', 'limits: { head: 300B }', 502],
    ['none of them', 'limits: {}', 200],
  ])('%s', async (_what, limits, expected) => {
    program('a', `${text.replace('text/plain', `text/plain\\nX-Long: ${'x'.repeat(400)}`)}`);
    const running = await serve('program: ./cgi-bin/a', `    ${limits}\n`);
    const response = await fetch(`${running.address}/cgi-bin`, {
      method: 'POST',
      body: 'x'.repeat(2000),
      headers: { 'x-long': 'y'.repeat(1500) },
    });
    expect(response.status).toBe(expected);
  });

  test('the one of variables holds for a daemon, too', async () => {
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  d: { at: /, policies: [ fixed ], scgi: { address: unix:./d.sock }, limits: { environment: 1KiB } }\n',
    );
    // Nothing listens there: it is refused for its size only once somebody could be asked.
    const response = await fetch(`${gateway.address}/`, { headers: { 'x-long': 'y'.repeat(1500) } });
    expect(response.status).toBe(431);
  });
});

describe('the process of a program', () => {
  const isRoot = process.getuid?.() === 0;
  /** Limit and niceness are set from outside, in the moment after the start; the niceness last. */
  const untilNice = (by: number) =>
    `tries=0; until [ "$(nice)" -ge ${getPriority() + by} ] || [ $tries -ge 2000 ]; do tries=$((tries + 1)); done`;

  test('is set up as the configuration says', async () => {
    program('a', `${text}; ${untilNice(4)}; umask; ulimit -n; ulimit -t; nice`);
    const running = await serve(
      'program: ./cgi-bin/a, umask: "027", nice: 4, limits: { cpu: 7s, files: 50 }',
    );
    const nice = getPriority() + 4;
    expect(await (await fetch(`${running.address}/cgi-bin`)).text()).toBe(`0027\n50\n7\n${nice}\n`);
  });

  test('has the usual limit of descriptors by default, and comes after the gateway when processors are short', async () => {
    program('a', `${text}; ${untilNice(1)}; ulimit -S -n; nice`);
    const running = await serve('program: ./cgi-bin/a');
    const answer = await (await fetch(`${running.address}/cgi-bin`)).text();
    expect(answer).toBe(`1024\n${getPriority() + 1}\n`);
  });

  test.runIf(isRoot)('runs as another user where the gateway is root', async () => {
    program('a', `${text}; id -un; id -gn`);
    chmodSync(folder, 0o755);
    const running = await serve('program: ./cgi-bin/a, user: www-data');
    expect(await (await fetch(`${running.address}/cgi-bin`)).text()).toBe('www-data\nwww-data\n');
  });

  test('over its processor time costs its own request', async () => {
    program('a', 'while :; do :; done');
    const running = await serve('program: ./cgi-bin/a, limits: { cpu: 1s }');
    expect(await status(running, '/cgi-bin')).toBe(502);
    await running.until(() => running.log.some((line) => JSON.stringify(line).includes('SIGXCPU')));
  });
});
