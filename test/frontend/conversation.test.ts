import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Address } from '../../src/config/configuration.ts';
import { BootClock } from '../../src/frontend/boot-clock.ts';
import { buildLauncher } from '../../src/frontend/build-launcher.ts';
import { offerLease } from '../../src/frontend/lease.ts';
import { socketAddresses } from '../../src/frontend/socket-address.ts';
import { listenUnix } from '../../src/system/listen-unix.ts';
import { peer } from '../support/peer.ts';
import { until } from '../support/until.ts';
import { type Scene, ScriptedDaemon } from './scripted-daemon.ts';

const folder = mkdtempSync(join(tmpdir(), 'conversation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Limits {
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
}

interface Talker {
  readonly name: string;
  /** The command of a program that converses with the daemon at an address. */
  command(address: Address, limits: Limits): Promise<string[]>;
  /** What shows on standard output and on standard error where nothing came back, and where nobody was reached. */
  readonly silent: { readonly stdout: string; readonly stderr: string };
  readonly unreachable: { readonly stdout: string; readonly stderr: string };
  /** Memory of the program when it has nothing to do, bytes. */
  readonly baseBytes: number;
}

const entry = fileURLToPath(new URL('./fixtures/converse-fixture.ts', import.meta.url));
const typescript: Talker = {
  name: 'the frontend',
  command: async (address, { connectTimeoutMs, timeoutMs }) => [
    process.execPath,
    entry,
    JSON.stringify(address),
    String(connectTimeoutMs),
    String(timeoutMs),
  ],
  silent: { stdout: '', stderr: 'silent' },
  unreachable: { stdout: '', stderr: 'unreachable' },
  baseBytes: 120e6,
};

const PAGE = 'Status: 503 Service Unavailable\r\nRetry-After: 5\r\n\r\nbusy';
let built = 0;
const launcher: Talker = {
  name: 'the launcher',
  async command(address, { connectTimeoutMs, timeoutMs }) {
    const base = join(folder, `l${built++}`);
    writeFileSync(`${base}.script`, '#!/bin/sh\nprintf "the frontend ran"\n', { mode: 0o755 });
    writeFileSync(`${base}.use`, '');
    const [target = new Uint8Array()] = await socketAddresses(address);
    buildLauncher({ script: `${base}.script`, lease: `${base}.lease`, output: `${base}.cgi` });
    offerLease(
      `${base}.lease`,
      {
        kind: 'forward',
        address: target,
        connectTimeoutMs,
        timeoutMs,
        use: `${base}.use`,
        slots: folder,
        counted: `${base}.counted`,
        countedSilent: `${base}.silent`,
        pages: [Buffer.from(PAGE)],
      },
      { nowMs: new BootClock().now(), lifeMs: 59_000 },
    );
    return [`${base}.cgi`];
  },
  silent: { stdout: PAGE, stderr: '' },
  unreachable: { stdout: 'the frontend ran', stderr: '' },
  baseBytes: 5e6,
};

const talkers = [typescript, ...(peer('a C compiler', 'cc').available ? [launcher] : [])];
const patient: Limits = { connectTimeoutMs: 10_000, timeoutMs: 15_000 };
const hello = 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nhello';

let sockets = 0;
function unixPath(): string {
  return join(folder, `s${sockets++}`);
}

type Running = Bun.Subprocess<'pipe', 'pipe', 'pipe'>;

interface Run {
  readonly environment?: Readonly<Record<string, string>>;
  readonly limits?: Limits;
}

async function start(
  talker: Talker,
  address: Address,
  { environment = {}, limits = patient }: Run = {},
): Promise<Running> {
  return Bun.spawn(await talker.command(address, limits), {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { REQUEST_METHOD: 'GET', QUERY_STRING: '', ...environment },
  });
}

async function end(running: Running): Promise<{ stdout: string; stderr: string; status: number }> {
  const [stdout, stderr, status] = await Promise.all([
    new Response(running.stdout).text(),
    new Response(running.stderr).text(),
    running.exited,
  ]);
  return { stdout, stderr, status };
}

/** To a program that may end without reading it. */
function feed(running: Running, text: string): void {
  try {
    running.stdin.write(text);
    Promise.resolve(running.stdin.end()).catch(() => {});
  } catch {
    // It has ended.
  }
}

function withDaemon(play: (scene: Scene) => Promise<void> | void, where: 'tcp' | 'unix' = 'unix') {
  const daemon = new ScriptedDaemon(where === 'tcp' ? 'tcp' : unixPath(), play);
  return { daemon, [Symbol.dispose]: () => daemon.stop() };
}

const answerHello = async (scene: Scene) => {
  await scene.send(hello);
  scene.socket.end();
};

describe.each(talkers)('a conversation of $name', (talker) => {
  const failed = talker === typescript ? { status: 74, stderr: 'cut' } : { status: 74, stderr: '' };

  test.each(['unix', 'tcp'] as const)(
    'brings the variables to a daemon by %s and its answer back as it is',
    async (where) => {
      using one = withDaemon(answerHello, where);
      const environment = { HTTP_COOKIE: 'a=b', HTTP_PROXY: 'http://evil', SCGI: '7', PATH_INFO: '' };
      const { stdout, status } = await end(await start(talker, one.daemon.address, { environment }));
      expect({ stdout, status }).toEqual({ stdout: hello, status: 0 });
      const { variables, contentLength } = one.daemon.scenes[0]!;
      expect(contentLength).toBe(0);
      expect(variables.get('HTTP_COOKIE')).toBe('a=b');
      expect(variables.get('PATH_INFO')).toBe('');
      expect(variables.has('HTTP_PROXY')).toBe(false);
    },
  );

  test('ends the body at CONTENT_LENGTH, with more bytes there and standard input left open', async () => {
    using one = withDaemon(async (scene) => {
      await scene.body(5);
      await answerHello(scene);
    });
    const running = await start(talker, one.daemon.address, { environment: { CONTENT_LENGTH: '5' } });
    running.stdin.write('12345and more');
    running.stdin.flush();
    expect((await end(running)).stdout).toBe(hello);
    expect(one.daemon.scenes[0]?.text).toBe('12345');
  });

  test('reads nothing of standard input where there is no body', async () => {
    using one = withDaemon(answerHello);
    expect((await end(await start(talker, one.daemon.address))).stdout).toBe(hello);
  });

  test('cuts where standard input ends too early, and adds nothing to it', async () => {
    using one = withDaemon(() => {});
    const running = await start(talker, one.daemon.address, { environment: { CONTENT_LENGTH: '10' } });
    running.stdin.write('1234');
    running.stdin.end();
    expect(await end(running)).toEqual({ stdout: '', ...failed });
    await until(() => one.daemon.scenes[0]?.gone === true, 'the connection closed');
    expect(one.daemon.scenes[0]?.text).toBe('1234');
  });

  test('passes on what comes while more of the body is still to come', async () => {
    using one = withDaemon(async (scene) => {
      await scene.send(hello);
      await scene.body(3);
      scene.socket.end();
    });
    const running = await start(talker, one.daemon.address, { environment: { CONTENT_LENGTH: '3' } });
    const reader = running.stdout.getReader();
    const { value = new Uint8Array() } = await reader.read();
    expect(Buffer.from(value).toString()).toBe(hello);
    running.stdin.write('abc');
    running.stdin.end();
    expect(await running.exited).toBe(0);
  });

  test('takes no deadlock from a daemon that writes much before it reads', async () => {
    const much = 8_000_000;
    using one = withDaemon(async (scene) => {
      scene.socket.pause();
      await scene.send('Status: 200 OK\r\n\r\n');
      await scene.send(new Uint8Array(much));
      scene.socket.resume();
      await scene.body(much);
      scene.socket.end();
    });
    const running = await start(talker, one.daemon.address, {
      environment: { CONTENT_LENGTH: String(much) },
    });
    running.stdin.write(new Uint8Array(much));
    running.stdin.end();
    const bytes = await new Response(running.stdout).bytes();
    expect(await running.exited).toBe(0);
    expect(bytes.length).toBe(much + 18);
    expect(one.daemon.scenes[0]?.received).toBe(much);
  });

  test('carries 100 MB in and 100 MB out in bounded memory, past a slow reader and a slow daemon', async () => {
    const size = 100_000_000;
    const chunk = Buffer.alloc(1_000_000, 'x');
    using one = withDaemon(async (scene) => {
      await scene.body(1);
      scene.socket.pause();
      await Bun.sleep(50);
      scene.socket.resume();
      await scene.send('Status: 200 OK\r\n\r\n');
      for (let sent = 0; sent < size; sent += chunk.length) await scene.send(chunk);
      await scene.body(size);
      scene.socket.end();
    });
    const running = await start(talker, one.daemon.address, {
      environment: { CONTENT_LENGTH: String(size) },
    });
    const feeding = (async () => {
      for (let sent = 0; sent < size; sent += chunk.length) {
        running.stdin.write(chunk);
        await running.stdin.flush();
      }
      running.stdin.end();
    })();
    let got = 0;
    let highest = 0;
    for await (const bytes of running.stdout) {
      if (got === 0) await Bun.sleep(50);
      got += bytes.length;
      highest = Math.max(highest, peakBytes(running.pid) ?? 0);
    }
    await feeding;
    expect(await running.exited).toBe(0);
    expect(got).toBe(size + 18);
    expect(one.daemon.scenes[0]?.received).toBe(size);
    expect(highest).toBeGreaterThan(0);
    expect(highest).toBeLessThan(talker.baseBytes);
  }, 60_000);

  test.each([
    ['nothing', ''],
    ['an empty head', '\r\n\r\nhello'],
    ['a head that breaks off', 'Status: 200 OK\r\nContent-Ty'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello'],
    ['a name with blanks', 'Two words: b\r\n\r\nhello'],
    ['a NUL', 'A: b\0\r\n\r\nhello'],
    ['a head without end', `A: ${'x'.repeat(70_000)}`],
  ])('is silent where %s comes back', async (_what, answer) => {
    using one = withDaemon(async (scene) => {
      await scene.send(answer);
      scene.socket.end();
    });
    expect(await end(await start(talker, one.daemon.address))).toEqual({ ...talker.silent, status: 0 });
  });

  test('is silent where nothing comes in time', async () => {
    using one = withDaemon(() => {});
    const limits = { connectTimeoutMs: 10_000, timeoutMs: 100 };
    expect(await end(await start(talker, one.daemon.address, { limits }))).toEqual({
      ...talker.silent,
      status: 0,
    });
  });

  test.each([
    ['stops in the middle for too long', hello, false],
    ['ends before its Content-Length', 'Content-Length: 9\r\n\r\nhello', true],
  ])('cuts an answer that %s', async (_what, answer, ends) => {
    using one = withDaemon(async (scene) => {
      await scene.send(answer);
      if (ends) scene.socket.end();
    });
    const limits = { connectTimeoutMs: 10_000, timeoutMs: ends ? 15_000 : 1500 };
    expect(await end(await start(talker, one.daemon.address, { limits }))).toEqual({
      stdout: answer,
      ...failed,
    });
  });

  test('cuts an answer of unknown length whose connection is reset', async () => {
    using one = withDaemon(async (scene) => {
      await scene.send(hello);
      scene.socket.terminate();
    }, 'tcp');
    expect(await end(await start(talker, one.daemon.address))).toEqual({ stdout: hello, ...failed });
  });

  test.each([
    ['an answer to HEAD', 'HEAD', 'Content-Length: 9\r\n\r\n'],
    ['a 304', 'GET', 'Status: 304 Not Modified\r\ncontent-length: 9\r\n\r\n'],
  ])('expects no body of %s', async (_what, method, answer) => {
    using one = withDaemon(async (scene) => {
      await scene.send(answer);
      scene.socket.end();
    });
    const running = await start(talker, one.daemon.address, { environment: { REQUEST_METHOD: method } });
    expect(await end(running)).toMatchObject({ stdout: answer, status: 0 });
  });

  test('ends with the Content-Length of the answer, though the daemon goes on', async () => {
    using one = withDaemon((scene) => scene.send('Content-Length: 5\r\n\r\nhello and more'));
    expect(await end(await start(talker, one.daemon.address))).toMatchObject({
      stdout: 'Content-Length: 5\r\n\r\nhello',
      status: 0,
    });
  });

  test('takes an answer as whole from a daemon that left the body unread', async () => {
    const size = 4_000_000;
    using one = withDaemon(async (scene) => {
      scene.socket.pause();
      await answerHello(scene);
    });
    const running = await start(talker, one.daemon.address, {
      environment: { CONTENT_LENGTH: String(size) },
    });
    running.stdin.write(new Uint8Array(size));
    running.stdin.end();
    expect(await end(running)).toMatchObject({ stdout: hello, status: 0 });
  });

  test('ends at once when nobody reads the answer any more', async () => {
    using one = withDaemon((scene) => scene.send(hello));
    const running = await start(talker, one.daemon.address);
    const reader = running.stdout.getReader();
    await reader.read();
    await reader.cancel();
    await running.exited;
    await until(() => one.daemon.scenes[0]?.gone === true, 'the connection closed');
  });

  test('cannot reach a daemon whose backlog stays full for too long', async () => {
    const path = unixPath();
    const listening = listenUnix(path, 0);
    // The one that the backlog has room for; nobody accepts it.
    const first = await Bun.connect({ unix: path, socket: { data() {} } });
    const limits = { connectTimeoutMs: 100, timeoutMs: 15_000 };
    expect(await end(await start(talker, { kind: 'unix', path }, { limits }))).toEqual({
      ...talker.unreachable,
      status: 0,
    });
    first.terminate();
    closeSync(listening);
  });

  test.each([
    ['no socket', () => {}],
    ['a plain file', (path: string) => writeFileSync(path, '')],
  ])('cannot reach a daemon where there is %s', async (_what, prepare) => {
    const path = unixPath();
    prepare(path);
    const running = await start(talker, { kind: 'unix', path }, { environment: { CONTENT_LENGTH: '3' } });
    feed(running, 'abc');
    expect(await end(running)).toEqual({ ...talker.unreachable, status: 0 });
  });
});

/** The most memory that a process has had; nothing where it has ended. */
function peakBytes(pid: number): number | undefined {
  try {
    const descriptor = openSync(`/proc/${pid}/status`, 'r');
    const status = readFileSync(descriptor, 'latin1');
    closeSync(descriptor);
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
