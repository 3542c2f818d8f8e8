import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';
import { runCommand } from './run-command.ts';

const repository = join(import.meta.dirname, '../..');
const bin = join(repository, 'bin/spillway');
const fixtures = join(import.meta.dirname, 'fixtures');
const python = peer('Python', 'python3');
const socketActivate = peer('systemd', 'systemd-socket-activate');
const systemdAnalyze = peer('systemd', 'systemd-analyze');

type Line = Readonly<Record<string, unknown>>;

/** A process whose standard output is JSON lines. */
class Lines {
  readonly lines: Line[] = [];
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  errors = '';

  constructor(command: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    this.process = spawn(command, args, {
      env: { ...process.env, ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
    let rest = '';
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines.map((line) => JSON.parse(line) as Line));
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  listening(what: string): string[] {
    return this.lines
      .filter((line) => line.event === 'listening' && line.what === what)
      .map(({ address }) => String(address));
  }
}

let folder: string;
let file: string;
let started: Lines[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-systemd-'));
  file = join(folder, 'spillway.yaml');
  started = [];
});
afterEach(async () => {
  for (const { process } of started) if (process.exitCode === null) process.kill('SIGTERM');
  await Promise.all(started.map(({ exited }) => exited));
  rmSync(folder, { recursive: true, force: true });
});

function start(
  command: string,
  args: readonly string[],
  variables?: Readonly<Record<string, string>>,
): Lines {
  const lines = new Lines(command, args, variables);
  started.push(lines);
  return lines;
}

/** One application, whose answer is its whole environment. */
function configure(listen: string): void {
  writeFileSync(join(folder, 'env.cgi'), '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nenv\n');
  chmodSync(join(folder, 'env.cgi'), 0o755);
  writeFileSync(
    file,
    `listen: [ { http: "${listen}" } ]\nlog: { format: json }\napplications:\n  env: { at: /, cgi: { program: ./env.cgi }, policies: [ fixed ] }\n`,
  );
}

describe.skipIf(!python.available)('the service manager', () => {
  test.each(['in the file system', 'in the abstract namespace'])(
    'with its socket %s, hears that it is ready, alive, reloading and stopping',
    async (place) => {
      configure('127.0.0.1:0');
      const socket =
        place === 'in the file system'
          ? join(folder, 'notify')
          : `@spillway-test-${process.pid}-${Date.now()}`;
      const manager = start(python.path, [join(fixtures, 'notify-socket.py'), socket]);
      const heard = (name: string) =>
        manager.lines
          .filter(({ fields }) => Object.hasOwn((fields as Line | undefined) ?? {}, name))
          .map(({ at_usec, fields }) => ({ at_usec, fields: fields as Record<string, string> }));
      await until(() => manager.lines.length === 1, 'the socket of the service manager');
      const gateway = start(bin, ['serve', file], { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' });
      await until(() => heard('READY').length === 1, 'READY=1');
      await until(() => gateway.listening('http').length === 1, 'the line that says where it listens');
      const [address] = gateway.listening('http');
      expect(heard('READY')[0]?.fields).toEqual({ READY: '1', STATUS: `serving ${address}` });

      await until(() => heard('WATCHDOG').length >= 3, 'WATCHDOG=1 thrice');
      const [first, second] = heard('WATCHDOG').map(({ at_usec }) => Number(at_usec));
      expect(second! - first!).toBeGreaterThan(100_000);
      expect(second! - first!).toBeLessThan(400_000);

      const program = await (await fetch(`${address}/`)).text();
      expect(program).toContain('REQUEST_METHOD=GET');
      expect(program).not.toMatch(/^(?:NOTIFY|WATCHDOG|LISTEN)_/m);

      gateway.process.kill('SIGHUP');
      await until(() => heard('READY').length === 2, 'READY=1 after the reload');
      const [reloading] = heard('RELOADING');
      const aheadUs = Number(reloading?.at_usec) - Number(reloading?.fields.MONOTONIC_USEC);
      expect(aheadUs).toBeGreaterThanOrEqual(0);
      expect(aheadUs).toBeLessThan(2_000_000);

      // A process that stands still is as dead as an event loop that does.
      gateway.process.kill('SIGSTOP');
      const fed = heard('WATCHDOG').length;
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(heard('WATCHDOG').length - fed).toBeLessThanOrEqual(1);
      gateway.process.kill('SIGCONT');

      gateway.process.kill('SIGTERM');
      expect(await gateway.exited).toBe(0);
      await until(() => heard('STOPPING').length === 1, 'STOPPING=1');
    },
  );
});

describe('a socket that is open already', () => {
  test.skipIf(!python.available)(
    'by its name from systemd: no visitor is lost over a restart, those of the meantime get the new process',
    async () => {
      configure('systemd:web');
      const holder = start(python.path, [join(fixtures, 'socket-holder.py'), bin, 'serve', file]);
      await until(() => holder.listening('http').length === 1, 'the first process');
      const [address] = holder.listening('http');
      expect(address).toBe(`http://127.0.0.1:${holder.lines[0]?.port}`);
      let over = false;
      let answers = 0;
      const visitor = async (): Promise<void> => {
        while (!over) {
          const response = await fetch(`${address}/`, { headers: { connection: 'close' } });
          const text = await response.text();
          if (response.status !== 200 || !text.includes('UNIQUE_ID='))
            throw new Error(`${response.status} ${text}`);
          expect(text).not.toMatch(/^LISTEN_/m);
          answers += 1;
        }
      };
      const visitors = Promise.all(Array.from({ length: 4 }, visitor));
      for (const turn of [2, 3]) {
        const before = answers;
        await until(() => answers > before + 20, 'answers');
        holder.process.stdin?.write('restart\n');
        await until(() => holder.listening('http').length === turn, `process ${turn}`, 10_000);
      }
      const before = answers;
      await until(() => answers > before + 20, 'answers of the last process');
      over = true;
      await visitors;
      holder.process.stdin?.end();
      expect(await holder.exited).toBe(0);
      const prefixes = new Set(
        holder.lines.filter(({ event }) => event === 'request').map(({ id }) => String(id).split('-')[0]),
      );
      expect(prefixes.size).toBe(3);
    },
    30_000,
  );

  test.skipIf(!socketActivate.available)(
    'by its number: the first visitor, who makes systemd start the gateway, is answered',
    async () => {
      configure('fd:3');
      const port = await freePort();
      start(socketActivate.path, [`--listen=127.0.0.1:${port}`, bin, 'serve', file]);
      const deadline = Date.now() + 5000;
      let response: Response | undefined;
      while (response === undefined && Date.now() < deadline) {
        response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      }
      expect(response?.status).toBe(200);
    },
  );

  test('that nobody handed over is a fault that says what to do', async () => {
    configure('systemd:web');
    expect(await runCommand(bin, ['serve', file])).toEqual({
      code: 1,
      output:
        'spillway: expected a socket with the name web from systemd, found no socket: give a socket unit FileDescriptorName=web, and start the service by it [listen/not-inherited]\n',
    });
    configure('fd:77');
    const { code, output } = await runCommand(bin, ['serve', file]);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('expected a socket that listens as descriptor 77'),
    ]);
  });
});

test.skipIf(!systemdAnalyze.available)('the documented units are what systemd understands', async () => {
  const page = readFileSync(join(repository, 'docs/systemd.md'), 'utf8');
  const units = [...page.matchAll(/```ini\n# \/etc\/systemd\/system\/(spillway\.\w+)\n([\s\S]*?)```/g)];
  expect(units.map(([, name]) => name)).toEqual(['spillway.service', 'spillway.socket']);
  for (const [, name = '', text = ''] of units) {
    // The program is where the operator installs it; here it is where the tests are.
    writeFileSync(join(folder, name), text.replace(/^ExecStart=\S+/m, `ExecStart=${bin}`));
  }
  const { code, output } = await runCommand(systemdAnalyze.path, [
    'verify',
    '--man=no',
    ...units.map(([, name = '']) => join(folder, name)),
  ]);
  // Other units of this machine are none of our business.
  expect(output.split('\n').filter((line) => line.includes('spillway'))).toEqual([]);
  expect(code, output).toBe(0);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
