import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scgiExchange } from './scgi-exchange.ts';

const programs = join(import.meta.dirname, '..', '..', 'demo', 'guestbook');
let folder = '';
let started: Bun.Subprocess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-demo-'));
});
afterEach(async () => {
  for (const process of started) process.kill('SIGKILL');
  await Promise.all(started.map((process) => process.exited));
  started = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Neither Bun nor Node is on this PATH: as from a gateway that was started by a service manager. */
const environment = () => ({ PATH: '/usr/bin:/bin', GUESTBOOK_DATA: join(folder, 'data') });
const request = {
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: '',
  PATH_INFO: '/',
  QUERY_STRING: '',
  SERVER_NAME: 'site.test',
};

async function runCgi(variables: Record<string, string>, body = ''): Promise<string> {
  const process = Bun.spawn([join(programs, 'guestbook.cgi')], {
    env: { ...environment(), GATEWAY_INTERFACE: 'CGI/1.1', ...request, ...variables },
    cwd: '/',
    stdin: new Blob([body]),
    stderr: 'inherit',
  });
  started.push(process);
  const answer = await new Response(process.stdout).text();
  expect(await process.exited).toBe(0);
  return answer;
}

async function takesConnections(path: string): Promise<boolean> {
  try {
    (await Bun.connect({ unix: path, socket: { data() {} } })).end();
    return true;
  } catch {
    return false;
  }
}

async function startDaemon() {
  const path = join(folder, 'guestbook.sock');
  const process = Bun.spawn([join(programs, 'guestbook.scgi'), path], {
    env: environment(),
    cwd: '/',
    stderr: 'pipe',
  });
  started.push(process);
  const deadlineMs = performance.now() + 10_000;
  // Its name is there a moment before it takes connections.
  while (!(await takesConnections(path))) {
    if (performance.now() > deadlineMs) throw new Error('the daemon did not make its socket in 10 s');
    await Bun.sleep(5);
  }
  return { path, process };
}

const form = (name: string, message: string) => {
  const body = `name=${name}&message=${message}`;
  return [{ REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(body.length) }, body] as const;
};

describe('the guest book as a CGI program', () => {
  test('answers and ends', async () => {
    const answer = await runCgi({});
    expect(answer).toMatch(/^Status: 200 OK\r\n(.+\r\n)*content-type: text\/html; charset=utf-8\r\n/);
    expect(answer).toContain('by a CGI program');
  });

  test('reads no more of standard input than CONTENT_LENGTH says', async () => {
    const [variables, body] = form('Eva', 'x');
    expect(await runCgi(variables, `${body}and more`)).toMatch(
      /^Status: 303 See Other\r\n(.+\r\n)*location: \/\r\n/,
    );
    expect(await runCgi({ PATH_INFO: '/entry/1' })).toContain('<p>x</p>');
  });

  test('loses no entry when several first visitors write at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) => {
        const [variables, body] = form(`visitor-${number}`, 'x');
        return runCgi(variables, body);
      }),
    );
    expect(answers.map((answer) => answer.slice(0, 11))).toEqual(Array(8).fill('Status: 303'));
    expect(await runCgi({})).toContain('8 entries');
  });
});

describe('the guest book as an SCGI daemon', () => {
  test('answers one request after the other, from the same entries as the CGI program', async () => {
    const { path } = await startDaemon();
    const [{ REQUEST_METHOD }, body] = form('Eva', 'from-the-daemon');
    expect(await scgiExchange(path, { ...request, REQUEST_METHOD }, body)).toMatch(/^Status: 303 /);
    expect(await scgiExchange(path, request)).toContain('by the SCGI daemon (request no. 2 of this worker)');
    expect(await runCgi({})).toContain('from-the-daemon');
  });

  test('refuses a body over its bound by its length', async () => {
    const { path } = await startDaemon();
    const answer = await scgiExchange(path, { ...request, REQUEST_METHOD: 'POST' }, 'x'.repeat(300_000));
    expect(answer).toMatch(/^Status: 413 /);
  });

  test('refuses what is not SCGI, and lives on', async () => {
    const { path } = await startDaemon();
    expect(await scgiExchange(path, { SCGI: '2' })).toMatch(/^Status: 400 /);
    expect(await scgiExchange(path, request)).toMatch(/^Status: 200 /);
  });

  test('on TERM finishes what it has accepted, and ends', async () => {
    const { path, process } = await startDaemon();
    const variables = { ...request, REQUEST_METHOD: 'POST' };
    const answer = await scgiExchange(path, variables, 'name=Eva&message=late', async () => {
      process.kill('SIGTERM');
      const deadlineMs = performance.now() + 10_000;
      while (existsSync(path) && performance.now() < deadlineMs) await Bun.sleep(5);
    });
    expect(answer).toMatch(/^Status: 303 /);
    expect(await process.exited).toBe(0);
  });

  test('without a path says what it expects', async () => {
    const process = Bun.spawn([join(programs, 'guestbook.scgi')], { env: environment(), stderr: 'pipe' });
    started.push(process);
    expect(await new Response(process.stderr).text()).toContain('guestbook.scgi SOCKET');
    expect(await process.exited).toBe(2);
  });
});
