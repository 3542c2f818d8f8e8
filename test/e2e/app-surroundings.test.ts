import { closeSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listenUnix } from '../../src/system/listen-unix.ts';
import { partsOf } from './app-ways.ts';
import { askScgi } from './ask-scgi.ts';

const root = join(import.meta.dirname, '../..');
const bun = join(root, 'node_modules/.bin/bun');
const main = join(root, 'src/app/main.ts');
const application = join(import.meta.dirname, 'fixtures/told-application.ts');

describe('an application that finds a listening socket', () => {
  let folder = '';
  let child: Bun.Subprocess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-app-'));
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    await child?.exited;
    rmSync(folder, { recursive: true });
  });

  test.each(['standard input', 'LISTEN_FDS'])(
    'as %s serves SCGI there, and leaves the name of the socket to its owner',
    async (how) => {
      const path = join(folder, 's');
      const descriptor = listenUnix(path, 16);
      child =
        how === 'LISTEN_FDS'
          ? Bun.spawn(
              ['/bin/sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh', bun, main, application],
              {
                env: { PATH: process.env.PATH },
                stdio: ['ignore', 'ignore', 'ignore', descriptor],
              },
            )
          : Bun.spawn([bun, main, application], {
              env: { PATH: process.env.PATH },
              stdio: [descriptor, 'ignore', 'ignore'],
            });
      closeSync(descriptor);
      expect(partsOf(await askScgi(path, '/length', 'hello')).body).toBe('5');
      child.kill('SIGTERM');
      expect(await child.exited).toBe(0);
      expect(existsSync(path)).toBe(true);
    },
  );

  test('at a Unix socket of its own takes the name away when it stops', async () => {
    const path = join(folder, 's');
    child = Bun.spawn([join(root, 'bin/spillway'), 'app', application, '--scgi', `unix:${path}`], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    for (let left = 1000; left > 0 && !existsSync(path); left -= 1) await Bun.sleep(10);
    expect(partsOf(await askScgi(path, '/length', 'hello')).body).toBe('5');
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(existsSync(path)).toBe(false);
  });
});

describe('an application as a CGI program', () => {
  const environment = { PATH: process.env.PATH, GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET' };

  test('sees the bytes of its environment as they are, UTF-8 or not', async () => {
    const script = 'HTTP_X_RAW=$(printf "caf\\351") exec "$@"';
    const child = Bun.spawn(['/bin/sh', '-c', script, 'sh', bun, main, application], {
      env: { ...environment, REQUEST_URI: '/request', HTTP_X_UTF: 'é' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const seen = JSON.parse((await child.stdout.text()).split('\r\n\r\n')[1] ?? '{}');
    expect(seen.headers['x-raw']).toBe('caf\xe9');
    expect(seen.headers['x-utf']).toBe('\xc3\xa9');
  });

  test('that cannot be loaded gives a 500 with an id, and the reason to the log alone', async () => {
    const child = Bun.spawn([bun, main, '/nonexistent.ts'], {
      env: { ...environment, HTTP_X_REQUEST_ID: 'r17' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { status, body } = partsOf(await child.stdout.text());
    expect(status).toBe('500 Internal Server Error');
    expect(body).toContain('r17');
    expect(body).not.toContain('nonexistent');
    expect(await child.stderr.text()).toContain('/nonexistent.ts');
  });

  test('leaves at SIGTERM, by which its server says that nobody waits', async () => {
    const child = Bun.spawn([bun, main, application], {
      env: { ...environment, REQUEST_URI: '/slow?ms=60000' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for await (const bytes of child.stderr) {
      log += Buffer.from(bytes).toString('utf8');
      if (log.includes('slow begins') && !child.killed) child.kill('SIGTERM');
    }
    expect(log).toContain('aborted /slow');
    expect(await child.exited).toBe(143);
  });
});
