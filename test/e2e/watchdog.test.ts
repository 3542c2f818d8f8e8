import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';

const bin = join(import.meta.dirname, '../../bin/spillway');
const python = peer('Python', 'python3');
/** Of systemd's patience: it hears from the gateway twice in that time, or ends it (systemd.service(5), WatchdogSec). */
const watchdogMs = 400;

let folder: string;
let started: ChildProcess[];
/** What all of them wrote to standard error. */
let errors = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-watchdog-'));
  started = [];
  errors = '';
});
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(command: string, args: readonly string[], variables: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const running = { child, output: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return running;
}

/** A gateway whose policy, at `/spin`, does not come back until the file `go` is there. */
async function serve() {
  const file = (name: string) => JSON.stringify(join(folder, name));
  writeFileSync(
    join(folder, 'spins.ts'),
    `import { existsSync, writeFileSync } from 'node:fs';
export default { name: 'spins', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
  create: () => ({ arrive(view) {
    if (view.meta('PATH_INFO') !== '/spin') return { shed: 'closed', retryAfterMs: 1000 };
    writeFileSync(${file('spinning')}, '');
    while (!existsSync(${file('go')}));
    return { shed: 'closed', retryAfterMs: 1000 };
  } }) };
`,
  );
  writeFileSync(join(folder, 'never.cgi'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const configuration = join(folder, 'spillway.yaml');
  writeFileSync(
    configuration,
    `listen: [ { http: 127.0.0.1:0 } ]
log: { format: json }
applications:
  never: { at: /, cgi: { program: ./never.cgi }, policies: [ ./spins.ts ] }
`,
  );
  const socket = join(folder, 'notify');
  const manager = start(python.path, [join(import.meta.dirname, 'fixtures/notify-socket.py'), socket]);
  await until(() => manager.output !== '', 'the socket of the service manager', 15_000);
  const gateway = start(bin, ['serve', configuration], {
    NOTIFY_SOCKET: socket,
    WATCHDOG_USEC: String(watchdogMs * 1000),
  });
  const fed = (): number => manager.output.split('"WATCHDOG": "1"').length - 1;
  await until(() => fed() >= 2, 'WATCHDOG=1 twice', 15_000);
  const port = Number(/"what":"http","address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(gateway.output)?.[1]);
  return { gateway: gateway.child, port, fed };
}

async function spin(port: number): Promise<RawHttpClient> {
  const client = await RawHttpClient.connect(port);
  client.send('GET /spin HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  await until(() => existsSync(join(folder, 'spinning')), 'the policy at work', 15_000);
  return client;
}

/** How often the watchdog is fed in thrice the time that systemd waits; but for what was on its way already. */
async function fedMeanwhile(fed: () => number): Promise<number> {
  await Bun.sleep(watchdogMs / 2);
  const before = fed();
  await Bun.sleep(3 * watchdogMs);
  return fed() - before;
}

describe.skipIf(!python.available)('the watchdog', () => {
  test("is not fed while an operator's policy blocks the event loop, and is again afterwards", async () => {
    const { port, fed } = await serve();
    const client = await spin(port);
    expect(await fedMeanwhile(fed)).toBe(0);
    const before = fed();
    writeFileSync(join(folder, 'go'), '');
    expect(await client.untilOver(15_000)).toMatch(/^HTTP\/1.1 503 /);
    client.leave();
    await until(() => fed() >= before + 3, 'WATCHDOG=1 thrice', 15_000);
  });

  test('is not fed by a process that stands still, and is again when it goes on', async () => {
    const { gateway, port, fed } = await serve();
    gateway.kill('SIGSTOP');
    expect(await fedMeanwhile(fed)).toBe(0);
    const before = fed();
    gateway.kill('SIGCONT');
    await until(() => fed() >= before + 3, 'WATCHDOG=1 thrice', 15_000);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
  });

  test('ends a gateway whose event loop is blocked: by the signal of the documented unit, which needs no event loop', async () => {
    const unit = readFileSync(join(import.meta.dirname, '../../docs/systemd.md'), 'utf8');
    const signal = /^WatchdogSignal=(SIG\w+)$/m.exec(unit)?.[1] as NodeJS.Signals;
    const { gateway, port } = await serve();
    const client = await spin(port);
    gateway.kill(signal);
    await until(() => gateway.signalCode !== null, 'the end of the gateway', 15_000);
    client.leave();
    // By ABRT, systemd's default, it would tell the operator of a bug in the runtime.
    expect(gateway.signalCode).toBe(signal);
    expect(errors).toBe('');
  });
});
