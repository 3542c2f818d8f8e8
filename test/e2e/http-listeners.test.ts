import { chmodSync, existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { certificateFiles } from '../support/certificate-files.ts';
import { peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const curl = peer('curl', 'curl');
const site = certificateFiles('site');
const wiki = certificateFiles('wiki');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** A gateway whose application prints the variables that a listener sets. */
async function serve(listen: string, more = ''): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  script(
    folder,
    'show',
    'printf "Content-Type: text/plain\\n\\n"; env | grep -E "^(HTTPS|SERVER_PORT|SERVER_NAME|REQUEST_SCHEME|SSL_PROTOCOL|SSL_CIPHER|REMOTE_ADDR)="',
  );
  gateway = await RunningSpillway.startWhole(
    folder,
    `listen: ${listen}
admin: 127.0.0.1:0
log: { format: json }
applications:
  show: { at: /show, cgi: { program: ./show.cgi } }
${more}`,
  );
  return gateway;
}

function script(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, `${name}.cgi`), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, `${name}.cgi`), 0o755);
}

/** Where it listens for visitors, in order. */
function addresses(running: RunningSpillway): string[] {
  return running.log
    .filter((line) => line.event === 'listening' && line.what === 'http')
    .map((line) => String(line.address));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const tls = `tls: { certificates: [ { certificate: ${site.certificate}, key: ${site.key} }, { certificate: ${wiki.certificate}, key: ${wiki.key} } ] }`;

describe('several listeners at once', () => {
  test('serve the same applications over TCP, TLS and a Unix socket', async () => {
    const running = await serve(
      `[ { http: 127.0.0.1:0 }, { http: 127.0.0.1:0, ${tls} }, { http: unix:./gateway.sock, mode: "0600" } ]`,
    );
    const [plain, secure, unix] = addresses(running);
    expect(plain).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(secure).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(unix).toBe(`unix:${join(running.folder, 'gateway.sock')}`);
    expect(lstatSync(join(running.folder, 'gateway.sock')).mode & 0o777).toBe(0o600);

    const overTcp = await (await fetch(`${plain}/show`)).text();
    expect(overTcp).toContain('REQUEST_SCHEME=http\n');
    expect(overTcp).not.toMatch(/HTTPS|SSL_/);

    const options = { tls: { rejectUnauthorized: false } } as RequestInit;
    const overTls = await (await fetch(`${secure}/show`, options)).text();
    expect(overTls).toContain('HTTPS=on\n');
    expect(overTls).toContain('REQUEST_SCHEME=https\n');
    expect(overTls).toContain(`SERVER_PORT=${new URL(String(secure)).port}\n`);
    expect(overTls).toMatch(/SSL_PROTOCOL=TLSv1\.[23]\n/);
    expect(overTls).toMatch(/SSL_CIPHER=\w/);

    const client = await RawHttpClient.connectUnix(join(running.folder, 'gateway.sock'));
    client.send('GET /show HTTP/1.1\r\nHost: unix.test\r\nConnection: close\r\n\r\n');
    const overUnix = await client.untilOver();
    expect(overUnix).toContain('SERVER_NAME=unix.test\n');
    expect(overUnix).toMatch(/SERVER_PORT=\d+\n/);
    expect(overUnix).toContain('REMOTE_ADDR=127.0.0.1\n');
  });

  test.skipIf(!curl.available)('let curl verify the certificate by its name', async () => {
    const running = await serve(`[ { http: 127.0.0.1:0, ${tls} } ]`);
    const port = running.port;
    for (const [name, files] of [
      ['en.wiki.test', wiki],
      ['site.test', site],
    ] as const) {
      const { code, output } = await runCommand(curl.path, [
        '--silent',
        '--show-error',
        ...['--cacert', files.certificate, '--resolve', `${name}:${port}:127.0.0.1`],
        `https://${name}:${port}/show`,
      ]);
      expect([code, output]).toEqual([0, expect.stringContaining(`SERVER_NAME=${name}\n`)]);
    }
  });
});

describe.each([
  ['TCP', ''],
  ['TLS', `, ${tls}`],
])('over %s', (over, secure) => {
  test.skipIf(!curl.available)('a visitor who is sending 20 MB gets the whole overload page', async () => {
    const folder = RunningSpillway.folder();
    script(folder, 'show', 'exit 1');
    writeFileSync(
      join(folder, 'full.js'),
      `export default {
  name: 'full', when: 'Always.', source: 'none', parameters: {}, signals: [], reasons: ['full'],
  create: () => ({ arrive: () => ({ shed: 'full', retryAfterMs: 1000 }) }),
};\n`,
    );
    writeFileSync(join(folder, 'upload'), Buffer.alloc(20_000_000, 'x'));
    gateway = await RunningSpillway.startWhole(
      folder,
      `listen: [ { http: 127.0.0.1:0${secure} } ]
admin: 127.0.0.1:0
log: { format: json }
applications:
  show: { at: /, cgi: { program: ./show.cgi }, policies: [ ./full.js ] }
`,
    );
    const { code, output } = await runCommand(
      curl.path,
      [
        ...['--silent', '--show-error', '--insecure', '--include', '--http1.1', '--header', 'Expect:'],
        ...['--header', 'Accept: text/html', '--data-binary', '@upload', `${gateway.address}/`],
      ],
      { cwd: folder },
    );
    expect(output).toMatch(/^HTTP\/1.1 503 /);
    expect(output).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect(output.trimEnd()).toMatch(/<\/html>$/);
    expect(code).toBe(0);
  });

  test('a visitor who leaves ends the program', async () => {
    const folder = RunningSpillway.folder();
    script(folder, 'slow', 'echo $$ > ./pid; exec sleep 30');
    gateway = await RunningSpillway.startWhole(
      folder,
      `listen: [ { http: 127.0.0.1:0${secure} } ]
admin: 127.0.0.1:0
log: { format: json }
applications:
  slow: { at: /, cgi: { program: ./slow.cgi } }
`,
    );
    const running = gateway;
    const client = await RawHttpClient.connect(running.port, over === 'TLS' ? 'tls' : 'tcp');
    client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const file = join(folder, 'pid');
    await running.until(() => existsSync(file) && readFileSync(file, 'latin1').endsWith('\n'));
    const pid = Number(readFileSync(file, 'latin1'));
    expect(isAlive(pid)).toBe(true);
    client.leave();
    await running.until(() => !isAlive(pid), 3000);
    await running.until(async () => (await running.metric('spillway_abandoned_total')) === 1);
  });
});

describe('a Unix socket', () => {
  test('left by a gateway that was killed is taken over, a living one is not, and a stop removes the name', async () => {
    const listen = '[ { http: 127.0.0.1:0 }, { http: unix:./gateway.sock } ]';
    const killed = await serve(listen);
    const { folder } = killed;
    const path = join(folder, 'gateway.sock');

    const { code, output } = await runCommand(
      join(import.meta.dirname, '../../bin/spillway'),
      ['serve', join(folder, 'spillway.yaml')],
      { cwd: folder, deadlineMs: 10_000 },
    );
    expect(code).toBe(1);
    expect(output).toContain('gateway.sock is taken by another program');
    expect(existsSync(path)).toBe(true);

    killed.signal('SIGKILL');
    await until(() => !isAlive(killed.pid), 'the end of the gateway');
    expect(existsSync(path)).toBe(true);
    gateway = await RunningSpillway.startWhole(
      folder,
      `listen: ${listen}\nadmin: 127.0.0.1:0\nlog: { format: json }\napplications:\n  show: { at: /show, cgi: { program: ./show.cgi } }\n`,
    );
    const client = await RawHttpClient.connectUnix(path);
    client.send('GET /show HTTP/1.1\r\nHost: h\r\n\r\n');
    await client.until((text) => text.startsWith('HTTP/1.1 200'));
    gateway.signal('SIGTERM');
    await client.untilOver();
    expect(existsSync(path)).toBe(false);
  });
});

describe('the host of a request', () => {
  test('leads to the application that is for it', async () => {
    const folder = RunningSpillway.folder();
    for (const name of ['wiki', 'any'])
      script(folder, name, `printf "Content-Type: text/plain\\n\\n${name} $SCRIPT_NAME"`);
    gateway = await RunningSpillway.start(
      folder,
      `applications:
  wiki: { host: [ wiki.test, "*.wiki.test" ], at: /, cgi: { program: ./wiki.cgi } }
  any: { at: /, cgi: { program: ./any.cgi } }
`,
    );
    for (const [host, expected] of [
      ['WIKI.test:8080', 'wiki '],
      ['en.wiki.test', 'wiki '],
      ['other.test', 'any '],
    ] as const) {
      const client = await RawHttpClient.connect(gateway.port);
      client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await client.untilOver()).toContain(`\r\n${expected}\r\n`);
    }
  });
});

describe('a range', () => {
  test('passes to the program, and its partial answer to the visitor, unchanged', async () => {
    const folder = RunningSpillway.folder();
    script(
      folder,
      'part',
      'printf "Status: 206 Partial Content\\nContent-Type: text/plain\\nContent-Range: bytes 2-4/10\\nAccept-Ranges: bytes\\nContent-Length: 3\\nX-Asked: $HTTP_RANGE if $HTTP_IF_RANGE\\n\\ncde"',
    );
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  part: { at: /part, cgi: { program: ./part.cgi } }\n',
    );
    const client = await RawHttpClient.connect(gateway.port);
    client.send(
      'GET /part HTTP/1.1\r\nHost: h\r\nRange: bytes=2-4\r\nIf-Range: "tag"\r\nConnection: close\r\n\r\n',
    );
    const text = await client.untilOver();
    expect(text).toMatch(/^HTTP\/1.1 206 Partial Content\r\n/);
    expect(text).toContain('\r\nContent-Range: bytes 2-4/10\r\n');
    expect(text).toContain('\r\nX-Asked: bytes=2-4 if "tag"\r\n');
    expect(text).toContain('\r\nContent-Length: 3\r\n');
    expect(text).toMatch(/\r\n\r\ncde$/);
  });
});

describe('OPTIONS', () => {
  test('of * is answered by the gateway, of a path by the application', async () => {
    const folder = RunningSpillway.folder();
    script(folder, 'show', 'printf "Status: 204\\nAllow: $REQUEST_METHOD\\n\\n"');
    gateway = await RunningSpillway.start(
      folder,
      'applications:\n  show: { at: /, cgi: { program: ./show.cgi } }\n',
    );
    const client = await RawHttpClient.connect(gateway.port);
    client.send(
      'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    const text = await client.untilOver();
    expect([...text.matchAll(/Allow: .*/g)].map(([line]) => line.trim())).toEqual([
      'Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      'Allow: OPTIONS',
    ]);
    const running = gateway;
    await running.until(() => running.requests().length === 1);
  });
});
