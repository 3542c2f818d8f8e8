import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const openssl = peer('OpenSSL', 'openssl');

let gateway: RunningSpillway | undefined;
const clients: ChildProcessWithoutNullStreams[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.kill('SIGKILL');
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

async function issue(folder: string, name: string): Promise<Pair> {
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -keyout issued.key -out issued.pem'.split(' ');
  const { code, output } = await runCommand(
    openssl.path,
    [...words, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
    { cwd: folder },
  );
  expect(code, output).toBe(0);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return { certificate: read('issued.pem'), key: read('issued.key') };
}

/** With the application in either lane, and another one that does not answer before there is a file `go`. */
async function start(lane: 'exec' | 'forward', allow = 'reload'): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  const { certificate, key } = await issue(folder, 'first.example.org');
  writeFileSync(join(folder, 'site.pem'), certificate);
  writeFileSync(join(folder, 'site.key'), key);
  copyFileSync(join(import.meta.dirname, 'fixtures/certificate-desk.ts'), join(folder, 'desk.ts'));
  writeFileSync(
    join(folder, 'slow.cgi'),
    '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nbegun\\n"\nwhile [ ! -e go ]; do sleep 0.05; done\necho finished\n',
    { mode: 0o755 },
  );
  gateway = await RunningSpillway.startWhole(
    folder,
    `listen: [ { http: 127.0.0.1:0, tls: { certificates: [ { certificate: ./site.pem, key: ./site.key } ] } } ]
admin: 127.0.0.1:0
control: { socket: ./control }
log: { format: json }
applications:
  desk: { at: /desk, app: ./desk.ts, bus: { allow: [ ${allow} ] }, policies: [ fixed: { lane: ${lane} } ] }
  slow: { at: /slow, cgi: { program: ./slow.cgi } }
`,
  );
  return gateway;
}

async function upload(
  running: RunningSpillway,
  pair: Pair,
  query = '',
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${running.address}/desk${query}`, {
    method: 'POST',
    body: JSON.stringify(pair),
    tls: { rejectUnauthorized: false },
    // A connection that is kept would go on with the certificate that it has.
    keepalive: false,
  });
  return { status: response.status, text: await response.text() };
}

/** What a new connection is shown. */
async function served(running: RunningSpillway): Promise<string> {
  const { output } = await runCommand('/bin/sh', [
    '-c',
    `echo | ${openssl.path} s_client -connect 127.0.0.1:${running.port} -servername any 2>/dev/null | ${openssl.path} x509 -noout -subject`,
  ]);
  return output.trim();
}

/** A connection of a real client with a request under way; gives what it has said so far. */
function beginSlow(running: RunningSpillway): () => string {
  const client = spawn(openssl.path, [
    's_client',
    '-connect',
    `127.0.0.1:${running.port}`,
    '-servername',
    'any',
    '-ign_eof',
  ]);
  clients.push(client);
  let output = '';
  client.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  client.stderr.resume();
  client.stdin.write('GET /slow HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n');
  return () => output;
}

describe.skipIf(!openssl.available)('an application that takes certificates in', () => {
  test.each(['exec', 'forward'] as const)(
    'has the gateway serve one to new connections, while those under way end on the old one (%s lane)',
    async (lane) => {
      const running = await start(lane);
      expect(await served(running)).toContain('first.example.org');
      const slow = beginSlow(running);
      await running.until(() => slow().includes('begun'));

      expect(await upload(running, await issue(running.folder, 'second.example.org'))).toEqual({
        status: 200,
        text: 'served from now on',
      });

      expect(await served(running)).toContain('second.example.org');
      expect(slow()).not.toContain('finished');
      writeFileSync(join(running.folder, 'go'), '');
      await running.until(() => slow().includes('finished'));
      expect(slow()).toContain('first.example.org');
      expect(slow()).not.toContain('second.example.org');
      await running.until(() =>
        running.log.some(
          ({ event, channel, scope, from }) =>
            event === 'bus-event' && channel === 'reload' && scope === 'gateway' && from === 'desk',
        ),
      );
      expect(await running.metric('spillway_bus_events_total', 'application="desk"', 'event="reload"')).toBe(
        1,
      );
    },
  );

  test('changes nothing with a key of another certificate: it looks itself', async () => {
    const running = await start('exec');
    const { certificate } = await issue(running.folder, 'second.example.org');
    const { key } = await issue(running.folder, 'third.example.org');
    const { status, text } = await upload(running, { certificate, key });
    expect(status).toBe(400);
    expect(text).toContain('do not belong together');
    expect(await served(running)).toContain('first.example.org');
    expect(await running.metric('spillway_bus_events_total')).toBe(0);
  });

  test.each(['exec', 'forward'] as const)(
    'changes nothing with a broken one, and is told by the gateway what is wrong (%s lane)',
    async (lane) => {
      const running = await start(lane);
      const { key } = await issue(running.folder, 'second.example.org');
      const { status, text } = await upload(running, { certificate: 'no certificate', key }, '?unchecked');
      expect(status).toBe(409);
      expect(text).toContain('site.pem');
      expect(await served(running)).toContain('first.example.org');
      // What it has put back is good.
      expect(await upload(running, await issue(running.folder, 'third.example.org'))).toMatchObject({
        status: 200,
      });
      expect(await served(running)).toContain('third.example.org');
    },
  );

  test.each(['exec', 'forward'] as const)(
    'that may not ask for a reload is told so, and it is counted (%s lane)',
    async (lane) => {
      const running = await start(lane, 'graceful');
      const { status, text } = await upload(running, await issue(running.folder, 'second.example.org'));
      expect(status).toBe(409);
      expect(text).toContain(
        'desk may not publish reload to the gateway; `bus.allow` of the application allows graceful',
      );
      expect(await served(running)).toContain('first.example.org');
      expect(
        await running.metric('spillway_bus_refused_total', 'application="desk"', 'reason="not-allowed"'),
      ).toBe(1);
      expect(running.log.filter(({ event }) => event === 'reloaded' || event === 'reload-failed')).toEqual(
        [],
      );
    },
  );

  test('reaches the gateway by a socket of its own: the control socket stays that of operators', async () => {
    const running = await start('exec');
    const mode = (name: string): number => statSync(join(running.folder, name)).mode & 0o777;
    expect(mode('control')).toBe(0o600);
    expect(mode('control.bus')).toBe(0o600);
    const response = await fetch('http://spillway/status', { unix: join(running.folder, 'control.bus') });
    expect(response.status).toBe(401);
  });
});
