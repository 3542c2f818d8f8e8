import { readFileSync } from 'node:fs';
import type { Socket } from 'bun';
import { afterEach, describe, expect, test } from 'vitest';
import { certificateFiles } from '../support/certificate-files.ts';
import { peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

const prlimit = peer('prlimit', 'prlimit');
const site = certificateFiles('site');

let gateway: RunningSpillway | undefined;
let silent: Socket<undefined>[] = [];
let ended = 0;

afterEach(async () => {
  for (const socket of silent) socket.terminate();
  silent = [];
  ended = 0;
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

const hello = 'printf "Content-Type: text/plain\\n\\nhello"';

/** Connections that send nothing. Resolves when the kernel has taken all of them. */
async function connectSilently(port: number, count: number): Promise<void> {
  for (let made = 0; made < count; made += 100) {
    const batch = Array.from({ length: Math.min(100, count - made) }, () =>
      Bun.connect<undefined>({
        hostname: '127.0.0.1',
        port,
        socket: { data() {}, error() {}, close: () => void ended++ },
      }),
    );
    silent.push(...(await Promise.all(batch)));
  }
}

/** Processor time of a process so far, user and system, in milliseconds (proc(5); 100 ticks a second on every Linux). */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}

const optionsRequest = 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n';

/** Asks on a connection that is there, for something that costs the gateway no descriptor. */
async function askOn(client: RawHttpClient): Promise<void> {
  const before = client.received.length;
  client.send(optionsRequest);
  await client.until((text) => text.length > before && text.endsWith('\r\n\r\n'), 10_000);
}

async function served(running: RunningSpillway, deadlineMs = 5000): Promise<void> {
  const response = await fetch(`${running.address}/hello`, { signal: AbortSignal.timeout(deadlineMs) });
  expect([response.status, await response.text()]).toEqual([200, 'hello']);
}

describe('more connections than http.max_connections', () => {
  test('wait without costing processor time, and are served when idle ones have gone', async () => {
    gateway = await servePrograms({ hello }, {}, 'http: { max_connections: 20 }\n');
    const running = gateway;
    await connectSilently(running.port, 60);
    const before = processorMs(running.pid);
    // Idle ones go, so that all who wait get their turn, and then the visitor.
    await served(running);
    await served(running);
    expect(await running.metric('spillway_http_connections')).toBeLessThanOrEqual(20);
    expect(processorMs(running.pid) - before).toBeLessThan(1000);
    expect(ended).toBeGreaterThan(40);
  });

  test('do not disturb those who are at work', async () => {
    gateway = await servePrograms(
      { hello, slow: 'sleep 0.9; printf "Content-Type: text/plain\\n\\nslow"' },
      {},
      'http: { max_connections: 4 }\n',
    );
    const running = gateway;
    const client = await RawHttpClient.connect(running.port);
    client.send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
    await connectSilently(running.port, 30);
    await client.until((text) => text.includes('slow'));
  });
});

describe('more connections than descriptors', () => {
  test.skipIf(!prlimit.available)(
    'leave those who are here served, cost little, and are served when some have left',
    async () => {
      gateway = await servePrograms({ hello });
      const running = gateway;
      await served(running);
      const early = await RawHttpClient.connect(running.port);
      await askOn(early);
      // Below what the default of max_connections was made from: nothing but the lack of descriptors stops them.
      const limit = Bun.spawnSync([prlimit.path, '--pid', String(running.pid), '--nofile=80:80']);
      expect(limit.exitCode).toBe(0);
      await connectSilently(running.port, 200);
      // A visitor who goes on asking is not idle, and keeps the connection.
      const askFor = async (ms: number): Promise<void> => {
        for (const end = Date.now() + ms; Date.now() < end; ) {
          await askOn(early);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      await askFor(500);
      const before = processorMs(running.pid);
      await askFor(2000);
      // A loop that spins takes all of these two seconds.
      expect(processorMs(running.pid) - before).toBeLessThan(400);
      await askOn(early);
      for (const socket of silent.splice(0, 190)) socket.terminate();
      await running.until(async () => {
        const response = await fetch(`${running.address}/hello`, { signal: AbortSignal.timeout(3000) }).catch(
          () => undefined,
        );
        return response?.status === 200;
      });
    },
  );

  test.skipIf(!prlimit.available)(
    'are bounded by default from the limit that the gateway is started with',
    async () => {
      const folder = RunningSpillway.folder();
      gateway = await RunningSpillway.startWhole(
        folder,
        'listen: [ { http: 127.0.0.1:0 } ]\nadmin: 127.0.0.1:0\nlog: { format: json }\napplications: { none: { at: /none, scgi: { address: 127.0.0.1:1 } } }\n',
        { launcher: [prlimit.path, '--nofile=200:200'] },
      );
      const running = gateway;
      await connectSilently(running.port, 300);
      await running.until(async () => (await running.metric('spillway_http_connections')) > 50);
      expect(await running.metric('spillway_http_connections')).toBeLessThanOrEqual(200 * 0.75 - 64);
      const late = await RawHttpClient.connect(running.port);
      await askOn(late);
    },
  );
});

describe.each([
  ['TCP', 10_000, ''],
  ['TLS', 1000, `, tls: { certificates: [ { certificate: ${site.certificate}, key: ${site.key} } ] }`],
])('connections over %s that send nothing', (_over, count, tls) => {
  test(`cost little memory each, end in time, and ${count} of them keep nobody else from being served`, async () => {
    const folder = RunningSpillway.folder();
    gateway = await RunningSpillway.startWhole(
      folder,
      `listen: [ { http: 127.0.0.1:0 }, { http: 127.0.0.1:0${tls} } ]
admin: 127.0.0.1:0
log: { format: json }
http: { idle_timeout: 12s, head_timeout: 12s, max_connections: 15000 }
applications: { none: { at: /none, scgi: { address: 127.0.0.1:1 } } }
`,
    );
    const running = gateway;
    const [plain] = running.log.flatMap((line) => (line.what === 'http' ? [String(line.address)] : []));
    const visitor = async () => {
      const client = await RawHttpClient.connect(Number(new URL(String(plain)).port));
      await askOn(client);
      client.leave();
    };
    await visitor();
    const before = residentBytes(running.pid);
    await connectSilently(running.port, count);
    await running.until(async () => (await running.metric('spillway_http_connections')) >= count, 20_000);
    await visitor();
    const each = (residentBytes(running.pid) - before) / count;
    expect(each).toBeLessThan(16_384);
    await running.until(() => ended === count, 40_000);
    await visitor();
    expect(await running.metric('spillway_http_connections')).toBeLessThan(10);
  }, 120_000);
});
