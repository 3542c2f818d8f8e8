import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as open, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ForwardBackend } from '../../src/backend/forward-backend.ts';
import type { Address } from '../../src/config/configuration.ts';
import { DaemonPool } from '../../src/daemon/daemon-pool.ts';
import { ExternalDaemon } from '../../src/daemon/external-daemon.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { viewOf } from '../support/view-of.ts';
import { RecordedReceiver } from './recorded-receiver.ts';

const clock = new SystemClock();
const stuckDaemon = join(import.meta.dirname, '../daemon/fixtures/daemon.py');
let folder: string;
let servers: Server[];
let pool: DaemonPool;
let faults: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-pool-'));
  servers = [];
  faults = [];
});
afterEach(async () => {
  await pool.stop();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string): Address => ({ kind: 'unix', path: join(folder, name) });

/** A daemon that answers with its name, when `finish` says so where there is one. */
async function serve(name: string, finish?: Promise<void>): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', async () => {
      await finish;
      socket.end(`Content-Type: text/plain\r\n\r\n${name}`);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  return server;
}

function backendTo(addresses: Address[], connectTimeoutMs = 2000): ForwardBackend {
  pool = new DaemonPool({ addresses, daemonAt: () => new ExternalDaemon(), connectTimeoutMs, clock });
  return new ForwardBackend({
    address: pool,
    connectTimeoutMs,
    timeoutMs: 5000,
    maxHeadBytes: 65536,
    clock,
    onFault: (_id, fault) => faults.push(fault.message),
  });
}

function send(backend: ForwardBackend): RecordedReceiver {
  const receiver = new RecordedReceiver();
  receiver.run = backend.run(
    { id: 'id', view: viewOf({ REQUEST_METHOD: 'GET' }), body: undefined },
    receiver,
  );
  return receiver;
}

async function ask(backend: ForwardBackend): Promise<string> {
  const receiver = send(backend);
  await receiver.over;
  expect(receiver.breaches).toEqual([]);
  return receiver.failure ?? receiver.text;
}

describe('requests to several addresses', () => {
  test('go to the least busy daemon, and give the conversation back when they are over', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await serve('a', promise);
    await serve('b', promise);
    const backend = backendTo([at('a'), at('b')]);
    const asked = Array.from({ length: 4 }, () => ask(backend));
    resolve();
    expect((await Promise.all(asked)).sort()).toEqual(['a', 'a', 'b', 'b']);
    expect([await ask(backend), await ask(backend)]).toEqual(['a', 'a']);
  });

  test('that the first daemon refuses are answered by the next, without a fault', async () => {
    await serve('b');
    const backend = backendTo([at('a'), at('b')]);
    expect(await Promise.all(Array.from({ length: 10 }, () => ask(backend)))).toEqual(Array(10).fill('b'));
    expect(faults).toEqual([]);
  });

  test('that can connect nowhere are unreachable, and the fault names every address', async () => {
    const backend = backendTo([at('a'), at('b')]);
    expect(await ask(backend)).toBe('unreachable');
    expect(faults).toEqual([expect.stringMatching(/\/a or .*\/b; found ENOENT/)]);
  });

  test('abandoned while they connect leave nobody busy', async () => {
    await serve('a');
    await serve('b');
    const backend = backendTo([at('a'), at('b')]);
    const receiver = send(backend);
    receiver.run?.abandon();
    await receiver.over;
    expect(await ask(backend)).toBe('a');
  });

  test('a daemon back from the dead is used at once, not after a second', async () => {
    const first = await serve('a');
    const backend = backendTo([at('a'), at('b')]);
    expect(await ask(backend)).toBe('a');
    await new Promise((closed) => first.close(closed));
    expect(await ask(backend)).toBe('unreachable');
    await serve('a');
    expect(await ask(backend)).toBe('a');
  });

  test('what waits in front of a daemon that takes nothing is rebalanced to one that does', async () => {
    const stuck = await startStuckDaemon(join(folder, 'a'));
    const clients: Socket[] = [];
    try {
      await fill(() => open(join(folder, 'a')), clients);
      const backend = backendTo([at('a'), at('b')]);
      const asked = Promise.all(Array.from({ length: 6 }, () => ask(backend)));
      await Bun.sleep(100);
      await serve('b');
      expect(await asked).toEqual(Array(6).fill('b'));
    } finally {
      for (const client of clients) client.destroy();
      stuck.kill('SIGKILL');
      await stuck.exited;
    }
  });

  test('that get no word from a TCP daemon go to the next when the time to connect is over', async () => {
    const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const { port } = free;
    free.stop(true);
    const stuck = await startStuckDaemon(String(port));
    const clients: Socket[] = [];
    try {
      await fill(() => open(port, '127.0.0.1'), clients);
      await serve('b');
      const backend = backendTo([{ kind: 'tcp', host: '127.0.0.1', port }, at('b')], 300);
      const began = clock.now();
      expect(await ask(backend)).toBe('b');
      expect(clock.now() - began).toBeGreaterThan(200);
      // It is left out from now on.
      expect(await ask(backend)).toBe('b');
      expect(clock.now() - began).toBeLessThan(600);
    } finally {
      for (const client of clients) client.destroy();
      stuck.kill('SIGKILL');
      await stuck.exited;
    }
  });
});

/** A daemon that listens, with a short backlog, and accepts nobody. */
async function startStuckDaemon(address: string) {
  const stuck = Bun.spawn(['python3', stuckDaemon, address, 'stuck'], {
    env: { ...process.env, NOTES: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value } = await stuck.stdout.getReader().read();
  expect(String(Buffer.from(value ?? []))).toMatch(/^listening/);
  return stuck;
}

/** Connects until the daemon's backlog takes no more. */
async function fill(connect: () => Socket, clients: Socket[]): Promise<void> {
  for (let full = false; !full; ) {
    const client = connect();
    clients.push(client);
    full = await new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(false));
      client.once('error', () => resolve(true));
      setTimeout(() => resolve(true), 200);
    });
    if (clients.length > 50) throw new Error('expected a backlog that is full');
  }
}
