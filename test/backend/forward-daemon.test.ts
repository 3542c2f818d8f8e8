import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ForwardBackend } from '../../src/backend/forward-backend.ts';
import type { ForwardOptions } from '../../src/backend/forward-options.ts';
import type { Address } from '../../src/config/configuration.ts';
import type { Body } from '../../src/core/body.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { until } from '../support/until.ts';
import { viewOf } from '../support/view-of.ts';
import { RecordedReceiver } from './recorded-receiver.ts';

let folder: string;
let path: string;
let servers: Server[];
let faults: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-daemon-'));
  path = join(folder, 'socket');
  servers = [];
  faults = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** A daemon that does what the test says with every connection. */
async function listen(
  at: { path: string } | { port: 0; host: string },
  serve: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return server;
}

/** As a daemon does that is killed. */
async function leaveSocketBehind(): Promise<void> {
  const code = `Bun.listen({ unix: '${path}', socket: { data() {} } }); process.kill(process.pid, 'SIGKILL')`;
  await Bun.spawn([process.execPath, '-e', code]).exited;
}

function backendTo(address: Address, options: Partial<ForwardOptions> = {}): ForwardBackend {
  return new ForwardBackend({
    address,
    connectTimeoutMs: 400,
    timeoutMs: 5000,
    maxHeadBytes: 65536,
    clock: new SystemClock(),
    onFault: (_id, fault) => faults.push(fault.code),
    ...options,
  });
}

function start(backend: ForwardBackend, body?: Body, variables = {}): RecordedReceiver {
  const receiver = new RecordedReceiver();
  receiver.run = backend.run(
    { id: 'r1', view: viewOf({ REQUEST_METHOD: 'GET', ...variables }), body },
    receiver,
  );
  return receiver;
}

async function run(backend: ForwardBackend, body?: Body, variables = {}): Promise<RecordedReceiver> {
  const receiver = start(backend, body, variables);
  await receiver.over;
  expect(receiver.breaches).toEqual([]);
  return receiver;
}

const unix = (): Address => ({ kind: 'unix', path });
const memory = (length: number): Body => ({ kind: 'memory', bytes: new Uint8Array(length), length });

describe('a daemon that cannot be reached', () => {
  test('has no socket: known at once, and told once until that changes', async () => {
    const backend = backendTo(unix());
    const begun = performance.now();
    for (let round = 0; round < 3; round += 1) expect((await run(backend)).result).toBe('unreachable');
    expect(performance.now() - begun).toBeLessThan(300);
    expect(faults).toEqual(['forward/unreachable']);
    await listen({ path }, (socket) => socket.end('Content-Type: a/b\n\n'));
    expect((await run(backend)).result).toBe('end');
    servers.pop()?.close();
    expect((await run(backend)).result).toBe('unreachable');
    expect(faults.length).toBe(2);
  });

  test('left its socket behind: tried again until the time for that is over', async () => {
    await leaveSocketBehind();
    const begun = performance.now();
    expect((await run(backendTo(unix()))).result).toBe('unreachable');
    const tookMs = performance.now() - begun;
    expect(tookMs).toBeGreaterThan(300);
    expect(tookMs).toBeLessThan(900);
  });

  test('refuses and then comes back in time: no harm done', async () => {
    await leaveSocketBehind();
    const receiver = start(backendTo(unix(), { connectTimeoutMs: 3000 }));
    await listen({ path: `${path}-new` }, (socket) => socket.end('Content-Type: a/b\n\nback'));
    await Bun.sleep(30);
    renameSync(`${path}-new`, path);
    await receiver.over;
    expect(receiver).toMatchObject({ result: 'end', text: 'back', breaches: [] });
  });

  test('refuses on a port: known at once', async () => {
    const server = await listen({ port: 0, host: '127.0.0.1' }, () => {});
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    servers.pop();
    expect((await run(backendTo({ kind: 'tcp', host: '127.0.0.1', port }))).result).toBe('unreachable');
  });

  test.each(['is a file', 'has too long a name'])('%s', async (what) => {
    if (what === 'is a file') writeFileSync(path, '');
    else path = join(folder, 'x'.repeat(200));
    expect((await run(backendTo(unix()))).result).toBe('unreachable');
  });

  test('is not waited for once the request is abandoned', async () => {
    await leaveSocketBehind();
    const receiver = start(backendTo(unix(), { connectTimeoutMs: 5000 }));
    await Bun.sleep(10);
    const begun = performance.now();
    receiver.abandon();
    await receiver.over;
    expect(performance.now() - begun).toBeLessThan(100);
    expect(receiver.breaches).toEqual([]);
  });

  test('releases a body in a file', async () => {
    let releases = 0;
    const release = (): void => {
      releases += 1;
    };
    await run(backendTo(unix()), { kind: 'file', descriptor: 0, length: 5, release });
    expect(releases).toBe(1);
  });
});

describe('a daemon that goes away', () => {
  test('without a byte is silent, and is not asked again', async () => {
    let connections = 0;
    await listen({ path }, (socket) => {
      connections += 1;
      socket.destroy();
    });
    expect((await run(backendTo(unix()), memory(10))).result).toBe('silent');
    expect((await run(backendTo(unix()), memory(1_000_000))).result).toBe('silent');
    expect(connections).toBe(2);
  });

  test('within a large body is silent', async () => {
    await listen({ path }, (socket) => socket.once('data', () => socket.destroy()));
    expect((await run(backendTo(unix()), memory(5_000_000))).result).toBe('silent');
  });

  test('on a port by a reset, in the middle of an answer without a length, broke off', async () => {
    const server = await listen({ port: 0, host: '127.0.0.1' }, (socket) => {
      socket.write('Content-Type: a/b\n\nhalf');
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const { port } = server.address() as { port: number };
    expect((await run(backendTo({ kind: 'tcp', host: '127.0.0.1', port }))).result).toBe('broken-off');
  });
});

describe('a conversation', () => {
  test('goes over a port as well', async () => {
    const server = await listen({ port: 0, host: '127.0.0.1' }, (socket) =>
      socket.once('data', () => socket.end('Content-Type: a/b\n\nhello')),
    );
    const { port } = server.address() as { port: number };
    const receiver = await run(backendTo({ kind: 'tcp', host: '127.0.0.1', port }));
    expect(receiver).toMatchObject({ result: 'end', text: 'hello' });
  });

  test('says the length of the body first', async () => {
    let request = '';
    await listen({ path }, (socket) =>
      socket.on('data', (bytes) => {
        request += bytes.toString('latin1');
        if (request.endsWith('\0\0\0')) socket.end('Content-Type: a/b\n\n');
      }),
    );
    await run(backendTo(unix()), memory(3), { CONTENT_LENGTH: '99', HTTP_X: 'caf\xe9' });
    expect(request).toBe('55:CONTENT_LENGTH\x003\0SCGI\x001\0REQUEST_METHOD\0GET\0HTTP_X\0caf\xe9\0,\0\0\0');
  });

  test('ends at Content-Length, though the daemon keeps the connection open', async () => {
    let closed = false;
    await listen({ path }, (socket) => {
      socket.once('data', () => socket.write('Content-Type: a/b\nContent-Length: 5\n\nhello'));
      socket.once('close', () => {
        closed = true;
      });
    });
    expect(await run(backendTo(unix()))).toMatchObject({ result: 'end', text: 'hello' });
    await until(() => closed, 'the connection to be closed');
  });

  test('is closed when it is abandoned', async () => {
    let closed = false;
    await listen({ path }, (socket) => {
      socket.once('data', () => socket.write('Content-Type: a/b\n\nhello'));
      socket.once('close', () => {
        closed = true;
      });
    });
    const receiver = start(backendTo(unix()));
    await until(() => receiver.bytes > 0, 'the first bytes');
    receiver.abandon();
    await receiver.over;
    await until(() => closed, 'the connection to be closed');
  });

  test('takes longer than the time limit where bytes keep coming', async () => {
    await listen({ path }, (socket) => {
      socket.write('Content-Type: a/b\n\n');
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        if (sent < 10) socket.write('x');
        else {
          clearInterval(timer);
          socket.end();
        }
      }, 50);
    });
    expect(await run(backendTo(unix(), { timeoutMs: 250 }))).toMatchObject({
      result: 'end',
      text: 'xxxxxxxxx',
    });
  });

  test('with a value that SCGI cannot carry does not begin', async () => {
    const receiver = await run(backendTo(unix()), undefined, { PATH_INFO: 'a\0b' });
    expect(receiver.result).toBe('not-started');
    expect(faults).toEqual(['scgi/bad-value']);
  });

  test('is ended where the receiver fails, which is told once more', async () => {
    await listen({ path }, (socket) => socket.write('Content-Type: a/b\n\nhello'));
    const receiver = start(backendTo(unix()));
    receiver.on.data = () => {
      throw new Error('a defect');
    };
    await receiver.over;
    expect(receiver).toMatchObject({ result: 'broken-off', releases: 1 });
    expect(faults).toEqual(['forward/defect']);
  });
});
