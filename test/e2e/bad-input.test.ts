import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { ask } from './ask.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

const bin = join(import.meta.dirname, '../../bin/spillway');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

describe('a program', () => {
  test.each([
    ['that prints nothing', 502, 'no-head', ':'],
    ['that prints nonsense', 502, 'bad-head', 'echo nonsense; echo; echo more'],
    ['that prints a head without an end', 502, 'bad-head', 'echo "Content-Type: text/plain"'],
    [
      'that prints too much head',
      502,
      'head-too-large',
      'while :; do echo "X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; done',
    ],
    ['that dies', 502, 'no-head', 'kill -9 $$'],
    ['that is too late', 504, 'timeout', 'sleep 30'],
  ])('%s gets the visitor %i', async (_what, status, failure, script) => {
    gateway = await servePrograms({ bad: script });
    const response = await fetch(`${gateway.address}/bad`, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(status);
    const running = gateway;
    await running.until(() => running.requests().length === 1);
    const [line] = running.requests();
    expect(line).toMatchObject({ application: 'bad', lane: 'exec', status, failure, result: 'failed' });
    expect(await response.text()).toContain(String(line?.id));
    expect(await running.metric('spillway_failures_total', `failure="${failure}"`)).toBe(1);
  });

  test('that fails after the head has its answer cut', async () => {
    gateway = await servePrograms({
      bad: 'printf "Content-Type: text/plain\\nContent-Length: 100\\n\\nhalf"',
    });
    await expect(fetch(`${gateway.address}/bad`).then((response) => response.text())).rejects.toThrow();
  });

  test('finds its request id in UNIQUE_ID, and its standard error in the log under it', async () => {
    gateway = await servePrograms({
      good: 'echo "said $UNIQUE_ID" >&2; printf "Content-Type: text/plain\\n\\n$UNIQUE_ID"',
    });
    const id = await (await fetch(`${gateway.address}/good`)).text();
    const running = gateway;
    await running.until(
      () => running.log.some((line) => line.event === 'program-said') && running.requests().length > 0,
    );
    expect(running.log.find((line) => line.event === 'program-said')).toMatchObject({
      id,
      line: `said ${id}`,
      application: 'good',
    });
    expect(running.requests()[0]?.id).toBe(id);
  });

  test('is ended with its children when the visitor leaves', async () => {
    gateway = await servePrograms({ slow: 'sleep 61.7 & sleep 61.7' }, { slow: '' });
    const client = await RawHttpClient.connect(gateway.port);
    client.send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
    const running = gateway;
    await running.until(() => processesOf('sleep 61.7').length === 2);
    client.leave();
    await running.until(() => processesOf('sleep 61.7').length === 0, 900);
    await running.until(async () => (await running.metric('spillway_inflight', 'lane="exec"')) === 0);
    expect(await running.metric('spillway_abandoned_total')).toBe(1);
  });
});

describe('a request', () => {
  test('for an unknown path is not found', async () => {
    gateway = await servePrograms({ good: ':' });
    const response = await fetch(`${gateway.address}/elsewhere`, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test.each([
    ['of announced length', '2000'],
    ['in chunks', undefined],
  ])('with a body over the limit, %s, is refused', async (_what, length) => {
    gateway = await servePrograms(
      { good: 'cat > /dev/null; printf "Status: 204\\n\\n"' },
      { good: '    max_body: 1KiB\n' },
    );
    const client = await RawHttpClient.connect(gateway.port);
    const framing = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
    client.send(`POST /good HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n`);
    client.send(length === undefined ? `7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n` : 'x'.repeat(2000));
    expect(await client.until((text) => text.includes('\r\n\r\n'))).toMatch(/^HTTP\/1.1 413 /);
    client.leave();
  });

  test('with variables too large for a program to be run is refused before anything is run', async () => {
    gateway = await servePrograms({ good: 'printf "Status: 204\\n\\n"' }, {}, 'http: { max_head: 1MiB }\n');
    const response = await fetch(`${gateway.address}/good`, { headers: { 'x-large': 'x'.repeat(200_000) } });
    expect(response.status).toBe(431);
  });

  test('with a field that would pass for another is refused where it is configured so, and run where not', async () => {
    const status = async (http: string, name: string): Promise<number> => {
      gateway = await servePrograms({ good: 'printf "Status: 204\\n\\n"' }, {}, http);
      const { status } = await ask(gateway.port, ['GET /good HTTP/1.1', `${name}: forged`]);
      if (status === 400)
        expect(await gateway.metric('spillway_refused_requests_total', 'code="http/odd-field"')).toBe(1);
      expect(await gateway.stop()).toBe(0);
      gateway = undefined;
      return status;
    };
    expect(await status('http: { odd_fields: refuse }\n', 'X_Foo')).toBe(400);
    expect(await status('http: { odd_fields: refuse }\n', 'X-Foo')).toBe(204);
    expect(await status('', 'X_Foo')).toBe(204);
  });

  test('that is malformed is refused and counted by its code', async () => {
    gateway = await servePrograms({ good: ':' });
    const client = await RawHttpClient.connect(gateway.port);
    client.send('GET / HTTP/1.1\r\nHost : h\r\n\r\n');
    expect(await client.untilOver()).toMatch(/^HTTP\/1.1 400 /);
    client.leave();
    expect(await gateway.metric('spillway_refused_requests_total', 'code="http/space-before-colon"')).toBe(1);
  });
});

describe('the overload page', () => {
  test('arrives while the visitor is still sending 20 MB', async () => {
    const folder = RunningSpillway.folder();
    writeFileSync(
      join(folder, 'closed.ts'),
      `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
        create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 3000 }) }) };\n`,
    );
    writeFileSync(join(folder, 'never.cgi'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  never:\n    at: /\n    cgi: { program: ./never.cgi }\n    policies: [ ./closed.ts ]\n',
    );
    const client = await RawHttpClient.connect(gateway.port);
    client.send('POST / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nContent-Length: 20000000\r\n\r\n');
    for (let sent = 0; sent < 20; sent++) client.send(Buffer.alloc(1_000_000, 'x'));
    const page = await client.untilOver();
    expect(client.reset).toBe(false);
    client.leave();
    expect(page).toMatch(/^HTTP\/1.1 503 /);
    expect(page).toMatch(/\r\nRetry-After: [3-6]\r\n/);
    expect(page).toContain('</html>');
  });
});

describe('a daemon that cannot start', () => {
  test('makes the request a shed, with the reason in the metrics and its last words in the log', async () => {
    const folder = RunningSpillway.folder();
    writeFileSync(join(folder, 'bad.scgi'), '#!/bin/sh\necho "no such database" >&2\nexit 3\n', {
      mode: 0o755,
    });
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  bad:\n    at: /\n    scgi: { address: unix:./bad.sock, daemon: { command: [./bad.scgi] } }\n',
    );
    const response = await fetch(`${gateway.address}/`);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(
      await gateway.metric(
        'spillway_decisions_total',
        'lane="shed"',
        'policy="daemon"',
        'reason="start_failed"',
      ),
    ).toBe(1);
    expect(await gateway.metric('spillway_daemon_starts_total', 'result="start-failed"')).toBe(1);
    const running = gateway;
    await running.until(() =>
      running.log.some((line) => line.level === 'warn' && JSON.stringify(line).includes('no such database')),
    );
  });
});

describe('spillway serve', () => {
  function folderWith(yaml: string): string {
    const folder = RunningSpillway.folder();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'good.cgi'), '#!/bin/sh\nprintf "Status: 204\\n\\n"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'spillway.yaml'), yaml);
    return join(folder, 'spillway.yaml');
  }

  const application = 'applications:\n  good:\n    at: /\n    cgi: { program: ./good.cgi }\n';

  test('says in one line that the port is taken, and ends with exit code 1', async () => {
    gateway = await servePrograms({ good: ':' });
    const file = folderWith(`listen: [ { http: "127.0.0.1:${gateway.port}" } ]\n${application}`);
    const { code, output } = await runCommand(bin, ['serve', file]);
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(`127.0.0.1:${gateway.port} is taken by another program`);
  });

  test.each([
    ['a program that is not there', application.replace('good.cgi', 'gone.cgi'), 'gone.cgi'],
    ['a key that it does not know', `${application}    tiemout: 3s\n`, 'spillway.yaml:6:5'],
    ['a file that is not YAML', 'applications: [', 'spillway.yaml:2:'],
    ['an overload page that is not there', `${application}    overload_page: ./gone.html\n`, 'gone.html'],
  ])('refuses %s, and says where', async (_what, yaml, expected) => {
    const { code, output } = await runCommand(bin, [
      'serve',
      folderWith(`listen: [ { http: 127.0.0.1:0 } ]\n${yaml}`),
    ]);
    expect(code).toBe(1);
    expect(output).toContain(expected);
  });

  test('refuses a file that is not there', async () => {
    const { code, output } = await runCommand(bin, ['serve', '/nonexistent/spillway.yaml']);
    expect(code).toBe(1);
    expect(output).toContain('/nonexistent/spillway.yaml');
  });
});

describe('SIGTERM', () => {
  test('lets what is under way finish, stops the daemon, and ends with exit code 0', async () => {
    const folder = RunningSpillway.folder();
    const daemon = join(import.meta.dirname, '../../demo/guestbook/guestbook.scgi');
    writeFileSync(
      join(folder, 'slow.cgi'),
      '#!/bin/sh\nsleep 0.5\nprintf "Content-Type: text/plain\\n\\nfinished"\n',
      { mode: 0o755 },
    );
    mkdirSync(join(folder, 'data'));
    gateway = await RunningSpillway.start(
      folder,
      `applications:
  slow: { at: /slow, cgi: { program: ./slow.cgi } }
  book:
    at: /book
    scgi: { address: unix:./book.sock, daemon: { command: [${daemon}, ./book.sock] } }
    environment: { GUESTBOOK_DATA: ./data }
`,
    );
    expect((await fetch(`${gateway.address}/book`)).status).toBe(200);
    await gateway.until(() => gateway?.log.some((line) => line.event === 'daemon-started') === true);
    const pid = Number(gateway.log.find((line) => line.event === 'daemon-started')?.pid);
    expect(() => process.kill(pid, 0)).not.toThrow();
    const underway = fetch(`${gateway.address}/slow`).then((response) => response.text());
    const running = gateway;
    await running.until(async () => (await running.metric('spillway_inflight', 'application="slow"')) === 1);
    running.signal('SIGTERM');
    expect(await underway).toBe('finished');
    await expect(fetch(`${running.address}/slow`)).rejects.toThrow();
    gateway = undefined;
    expect(await running.stop()).toBe(0);
    // Process 1 may take a moment to collect it.
    await until(() => !existsSync(`/proc/${pid}`), 'the end of the daemon', 5000);
  });
});

/** Process ids whose command line is this. */
function processesOf(command: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command
      );
    } catch {
      return false;
    }
  });
}
