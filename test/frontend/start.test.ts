import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DaemonConfiguration } from '../../src/config/configuration.ts';
import { DaemonKeeper } from '../../src/daemon/keeper.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { RecordedLog } from '../daemon/recorded-log.ts';
import { RecordedObserver } from '../daemon/recorded-observer.ts';
import { until } from '../support/until.ts';

const PYTHON = '/usr/bin/python3';
const DAEMON = join(import.meta.dirname, 'fixtures', 'noting-daemon.py');
const PATIENCE_MS = 60_000;
const clock = new SystemClock();

/** One file with all that the stand-in imports, so that two hundred of them cost what a compiled frontend costs. */
let programs: string;
let standIn: string;
let directory: string;
let socket: string;
let script: string;
let children: ChildProcess[];

beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'spillway-stand-in-'));
  chmodSync(programs, 0o755);
  const built = await Bun.build({
    entrypoints: [join(import.meta.dirname, 'fixtures', 'stand-in.ts')],
    target: 'bun',
    outdir: programs,
  });
  expect(built.success).toBe(true);
  standIn = join(programs, 'stand-in.js');
});

afterAll(() => rmSync(programs, { recursive: true }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-start-'));
  socket = join(directory, 'wiki.sock');
  script = join(directory, 'wiki.cgi');
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const pid of keepers()) process.kill(pid, 'SIGTERM');
  await until(() => keepers().length === 0, 'the end of all keepers', PATIENCE_MS);
  // Those whose keeper was killed.
  for (const pid of running()) process.kill(-pid, 'SIGKILL');
  await until(() => running().length === 0, 'the end of all daemons', PATIENCE_MS);
  rmSync(directory, { recursive: true });
});

function daemonConfiguration(
  modes: string[],
  changed: Partial<DaemonConfiguration> = {},
): DaemonConfiguration {
  return {
    command: [PYTHON, DAEMON, directory, changed.activation === 'inherit' ? '-' : '{address}', ...modes],
    activation: 'bind',
    startTimeoutMs: 30_000,
    idleTimeoutMs: 60_000,
    quietTimeoutMs: 60_000,
    stopTimeoutMs: 5_000,
    ...changed,
  };
}

/** Makes the frontend's script. */
function install(modes: string[] = [], changed: Partial<DaemonConfiguration> = {}): void {
  const daemon = daemonConfiguration(modes, changed);
  const scgi = {
    addresses: [{ kind: 'unix', path: socket }],
    connectTimeoutMs: 1000,
    timeoutMs: 30_000,
    daemon,
  };
  const configuration = {
    version: 1,
    file: join(directory, 'spillway.yaml'),
    application: { name: 'wiki', scgi, environment: { WIKI: 'yes' } },
    policies: [],
    paths: { state: directory },
  };
  writeFileSync(script, `#!/nowhere\n${JSON.stringify(configuration)}\n`);
}

interface Asked {
  readonly child: ChildProcess;
  /** What it said, and to its operator. */
  readonly said: Promise<{ readonly out: string; readonly err: string }>;
}

function run(command: readonly string[]): Asked {
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HTTP_COOKIE: 'secret' },
    detached: true,
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout?.on('data', (data) => {
    out += String(data);
  });
  child.stderr?.on('data', (data) => {
    err += String(data);
  });
  const said = new Promise<{ out: string; err: string }>((resolve) => {
    child.once('close', () => resolve({ out, err }));
  });
  return { child, said };
}

const words = (verb: string, ...others: string[]) => [process.execPath, standIn, verb, ...others];
const start = (word = 'who') => run(words('ask', script, word));
const ask = async (word = 'who') => (await start(word).said).out;

const noted = (name: string): number[] => {
  const file = join(directory, name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
};
const starts = () => noted('starts');
const log = () => readFileSync(join(directory, 'wiki-daemon.log'), 'utf8');

/** A process that runs: not one that has ended and waits to be reaped. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const running = () => starts().filter(runs);

/** The keeper processes of this test. */
function keepers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return runs(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--keep\0${script}\0`);
      } catch {
        return false;
      }
    });
}

async function onlyKeeper(): Promise<number> {
  await until(() => keepers().length > 0, 'a keeper', PATIENCE_MS);
  return keepers()[0] ?? 0;
}

/** Looked up, not tried: whoever asks for the lock in that moment must not find it taken by the test. */
function isFree(lock: 'life' | 'start' | 'use'): boolean {
  const file = statSync(`${socket}.${lock}`, { throwIfNoEntry: false });
  if (file === undefined) return true;
  const held = new RegExp(`: FLOCK .* [0-9a-f]+:[0-9a-f]+:${file.ino} `);
  return !held.test(readFileSync('/proc/locks', 'latin1'));
}

function descriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`];
    } catch {
      return [];
    }
  });
}

describe('with no daemon up', () => {
  test('two hundred frontends at once start exactly one daemon, and all are answered', async () => {
    install(['slow']);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask()));
    expect(new Set(answers)).toEqual(new Set([String(starts()[0])]));
    expect(answers).toHaveLength(200);
    expect(starts()).toHaveLength(1);
    await until(() => keepers().length === 1, 'one keeper', PATIENCE_MS);
  }, 120_000);

  test('the same where the daemon is given its socket', async () => {
    install(['slow'], { activation: 'inherit' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(answers)).toEqual(new Set([String(starts()[0])]));
    expect(starts()).toHaveLength(1);
  }, 60_000);

  test('a stale socket file is removed', async () => {
    install();
    run([PYTHON, '-c', 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])', socket]);
    await until(() => existsSync(socket), 'a socket file', PATIENCE_MS);
    expect(await ask()).toBe(String(starts()[0]));
  });

  test('a start lock that cannot be made is a refusal, with its reason on standard error', async () => {
    install();
    mkdirSync(`${socket}.start`);
    const { out, err } = await start().said;
    expect(out).toBe('lock-failed');
    expect(err).toMatch(/^spillway: no daemon .*wiki\.sock\.start.*\n$/);
    expect(starts()).toEqual([]);
  });

  test('a life lock that cannot be made is one too, with its reason in the log', async () => {
    install();
    mkdirSync(`${socket}.life`);
    const { out, err } = await start().said;
    expect(out).toBe('lock-failed');
    expect(err).toContain(join(directory, 'wiki-daemon.log'));
    expect(log()).toContain('wiki.sock.life');
    expect(starts()).toEqual([]);
  });

  test('whoever cannot have the start lock in time is refused', async () => {
    install();
    const holder = run(words('hold', `${socket}.start`));
    await until(() => !isFree('start'), 'the lock to be held', PATIENCE_MS);
    const { ensureDaemon } = await import('../../src/frontend/ensure-daemon.ts');
    const { readFrontendScript } = await import('../../src/frontend/read-frontend-script.ts');
    const told: string[] = [];
    const ensured = await ensureDaemon(readFrontendScript(script), {
      keeper: ['/nowhere'],
      waitMs: 50,
      complain: (text) => told.push(text),
    });
    expect(ensured).toEqual({ up: false, refusal: 'lock-timeout' });
    expect(told.join()).toContain('wiki.sock.start');
    holder.child.kill('SIGKILL');
  });

  test('a daemon that is not up in time is killed with its group before the start lock is free', async () => {
    install(['grandchild', 'deaf', 'hang'], { startTimeoutMs: 2000 });
    const asked = start();
    await until(() => noted('grandchild').length === 1, 'a grandchild', PATIENCE_MS);
    const processes = [...starts(), ...noted('grandchild')];
    expect(processes.every(runs)).toBe(true);
    let overlap = false;
    await until(
      () => {
        // In this order: a lock that is free before the last one is gone must be caught.
        const free = isFree('start');
        if (free && processes.some(runs)) overlap = true;
        return free;
      },
      'the lock to be free',
      PATIENCE_MS,
    );
    expect((await asked.said).out).toBe('start-timeout');
    expect(overlap).toBe(false);
    expect(processes.some(runs)).toBe(false);
    expect(isFree('life')).toBe(true);
  }, 60_000);

  test('a keeper that does not come up either is killed, with the daemon that it has begun to start', async () => {
    install(['deaf', 'hang'], { startTimeoutMs: 2000 });
    const asked = start();
    const keeper = await onlyKeeper();
    await until(() => starts().length === 1, 'a daemon', PATIENCE_MS);
    process.kill(keeper, 'SIGSTOP');
    expect((await asked.said).out).toBe('start-timeout');
    expect(runs(keeper)).toBe(false);
    expect(running()).toEqual([]);
  }, 60_000);

  test('a daemon that fails again and again is given up, by whichever keeper', async () => {
    install(['fail']);
    const refusals: string[] = [];
    while (!refusals.includes('start-storm') && refusals.length < 12) refusals.push(await ask());
    expect(new Set(refusals.slice(0, -1))).toEqual(new Set(['start-failed']));
    expect(refusals.at(-1)).toBe('start-storm');
    const before = starts().length;
    expect(before).toBeLessThan(8);
    expect(await ask()).toBe('start-storm');
    expect(starts()).toHaveLength(before);
    expect(log()).toContain('no database: giving up');
  }, 60_000);
});

describe('a frontend that is killed', () => {
  test('while it holds the start lock, before it has a keeper, leaves the lock to the next', async () => {
    install();
    const holder = run(words('hold', `${socket}.start`));
    await until(() => !isFree('start'), 'the lock to be held', PATIENCE_MS);
    const next = start();
    holder.child.kill('SIGKILL');
    expect((await next.said).out).toBe(String(starts()[0]));
  });

  test('with its whole group, after it has started a keeper, loses neither keeper nor daemon', async () => {
    install(['slow']);
    const first = start();
    await until(() => starts().length === 1, 'a daemon that starts', PATIENCE_MS);
    process.kill(-(first.child.pid ?? 0), 'SIGKILL');
    expect(await ask()).toBe(String(starts()[0]));
    expect(starts()).toHaveLength(1);
    await until(() => keepers().length === 1, 'one keeper', PATIENCE_MS);
  });

  test.each([5, 15, 25, 35, 50, 80, 120, 200])(
    'after %d ms leaves a state from which the next succeeds',
    async (delayMs) => {
      install(['slow']);
      const first = start();
      await Bun.sleep(delayMs);
      first.child.kill('SIGKILL');
      const answer = await ask();
      expect(running().map(String)).toEqual([answer]);
      expect(starts()).toHaveLength(1);
    },
  );
});

describe('the keeper', () => {
  test('and its daemon have sessions of their own, and nothing of the request or of the web server', async () => {
    install([], { stopTimeoutMs: 500 });
    // The web server has left a descriptor open.
    const asked = run([
      '/bin/sh',
      '-c',
      'exec 7</etc/passwd; exec "$@"',
      'sh',
      ...words('ask', script, 'who'),
    ]);
    const daemon = Number((await asked.said).out);
    const keeper = await onlyKeeper();
    for (const pid of [keeper, daemon]) {
      const [, , group, session] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      expect([group, session]).toEqual([String(pid), String(pid)]);
      expect(descriptors(pid).join('\n')).not.toMatch(/passwd|\.start|\.use/);
    }
    const ownSocket = expect.stringMatching(/^3 socket:/);
    const output = (fd: number) => expect.stringMatching(new RegExp(`^${fd} pipe:`));
    expect(descriptors(daemon).sort()).toEqual(['0 /dev/null', output(1), output(2), ownSocket]);
    expect(descriptors(keeper)).toEqual(
      expect.arrayContaining(['0 /dev/null', '1 /dev/null', '2 /dev/null']),
    );
    expect(readFileSync(`/proc/${keeper}/environ`, 'utf8')).toBe('PATH=/usr/local/bin:/usr/bin:/bin\0');
    expect(readFileSync(`/proc/${daemon}/environ`, 'utf8').split('\0').sort()).toEqual([
      '',
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'WIKI=yes',
    ]);
    expect(readlinkSync(`/proc/${daemon}/cwd`)).toBe(directory);
    expect(log()).toContain('"line":"starting"');
  });

  test('retires the daemon when it is idle, and ends', async () => {
    install([], { idleTimeoutMs: 400 });
    const pid = Number(await ask());
    await until(() => keepers().length === 0, 'the end of the keeper', PATIENCE_MS);
    expect(runs(pid)).toBe(false);
    expect(existsSync(socket)).toBe(false);
    expect(log()).toContain('"reason":"idle"');
    expect(Number(await ask())).not.toBe(pid);
  });

  test('does not retire it in the middle of a conversation, nor soon after one', async () => {
    install([], { idleTimeoutMs: 400 });
    const pid = await ask();
    // Each longer than the daemon may be idle.
    for (let round = 0; round < 3; round += 1) expect(await ask('slow')).toBe(pid);
  });

  test('retires it when requests go to the exec lane for long', async () => {
    install([], { quietTimeoutMs: 400 });
    await ask();
    await run(words('exec', script)).said;
    await until(() => keepers().length === 0, 'the end of the keeper', PATIENCE_MS);
    expect(log()).toContain('"reason":"quiet"');
  });

  test('tells of a daemon that died and ends; the next frontend has another', async () => {
    install();
    const pid = Number(await ask());
    process.kill(pid, 'SIGKILL');
    const next = Number(await ask());
    expect(next).not.toBe(pid);
    expect(running()).toEqual([next]);
    await until(() => log().includes('daemon-died'), 'word of the death', PATIENCE_MS);
    await until(() => keepers().length === 1, 'one keeper', PATIENCE_MS);
  });

  test('takes the daemon along when it is asked to end', async () => {
    install();
    const pid = Number(await ask());
    process.kill(await onlyKeeper(), 'SIGTERM');
    await until(() => keepers().length === 0, 'the end of the keeper', PATIENCE_MS);
    expect(runs(pid)).toBe(false);
    expect(isFree('life')).toBe(true);
  });

  test.each([0, 20, 40, 60, 100, 500])(
    'killed %d ms after its start, leaves no second daemon, and the next frontend is answered',
    async (delayMs) => {
      install(['slow', 'grandchild'], { stopTimeoutMs: 2000 });
      start();
      const keeper = await onlyKeeper();
      await Bun.sleep(delayMs);
      process.kill(keeper, 'SIGKILL');
      const answers = await Promise.all([ask(), ask(), ask()]);
      // One that comes in the last moment before the daemon is replaced may still talk to it.
      expect(starts().map(String)).toEqual(expect.arrayContaining(answers));
      expect(running().length).toBeLessThan(2);
      await until(
        () => keepers().length === 1 && running().length === 1,
        'one keeper and daemon',
        PATIENCE_MS,
      );
      await until(
        () => noted('grandchild').filter(runs).length === 1,
        'the old group to be gone',
        PATIENCE_MS,
      );
      const last = await ask();
      expect(running().map(String)).toEqual([last]);
    },
    60_000,
  );

  test.each(['bind', 'inherit'] as const)(
    'killed while its daemon (%s) talks, cuts nobody off: another takes its place when the talk is over',
    async (activation) => {
      install([], { activation });
      const pid = await ask();
      const talk = start('slow');
      await until(() => noted('slow').length === 1, 'a conversation', PATIENCE_MS);
      process.kill(await onlyKeeper(), 'SIGKILL');
      await until(() => isFree('life'), 'the end of the keeper', PATIENCE_MS);
      // It is the first to see that nobody keeps the daemon.
      const answered = await ask();
      expect(starts().map(String)).toContain(answered);
      expect((await talk.said).out).toBe(pid);
      await until(() => starts().length === 2 && !runs(Number(pid)), 'another daemon', PATIENCE_MS);
      const next = await ask();
      expect(next).not.toBe(pid);
      expect(running().map(String)).toEqual([next]);
    },
    60_000,
  );

  test('takes little memory', async () => {
    install();
    await ask();
    const keeper = await onlyKeeper();
    expect(memoryKb(keeper, 'VmRSS')).toBeLessThan(64_000);
    // The rest is the runtime itself, which all keepers and frontends share.
    expect(memoryKb(keeper, 'RssAnon')).toBeLessThan(24_000);
  });
});

describe('beside a gateway', () => {
  const gateway = () =>
    new DaemonKeeper({
      application: 'wiki',
      scgi: { address: { kind: 'unix', path: socket }, connectTimeoutMs: 1000 },
      daemon: { ...daemonConfiguration([]), command: [PYTHON, DAEMON, directory, socket] },
      environment: { PATH: '/usr/bin:/bin' },
      directory,
      clock,
      log: new RecordedLog(),
      observer: new RecordedObserver(),
    });

  test('frontends use the daemon that it has started, and the other way round', async () => {
    install();
    const first = gateway();
    expect(await first.ensure(clock.now() + PATIENCE_MS)).toEqual({ up: true });
    expect(await ask()).toBe(String(starts()[0]));
    expect(keepers()).toEqual([]);
    await first.stop();
    const pid = await ask();
    const second = gateway();
    expect(await second.ensure(clock.now() + PATIENCE_MS)).toEqual({ up: true });
    await second.stop();
    expect(await ask()).toBe(pid);
    expect(starts()).toHaveLength(2);
  });

  test("the daemon that a killed keeper left is the gateway's to replace", async () => {
    install();
    const pid = Number(await ask());
    process.kill(await onlyKeeper(), 'SIGKILL');
    await until(() => isFree('life'), 'the end of the keeper', PATIENCE_MS);
    const keeper = gateway();
    expect(await keeper.ensure(clock.now() + PATIENCE_MS)).toEqual({ up: true });
    expect(runs(pid)).toBe(false);
    expect(running()).toHaveLength(1);
    await keeper.stop();
    expect(running()).toEqual([]);
  });
});

describe.runIf(process.getuid?.() === 0)('frontends of two users in a directory of their group', () => {
  const [asServer, SERVER] = [
    ['/usr/bin/setpriv', '--reuid=www-data', '--regid=www-data', '--init-groups', '--'],
    33,
  ];
  const askAs = (user: 'root' | 'www-data') =>
    run([...(user === 'root' ? [] : asServer), ...words('ask', script, 'who')]).said;

  test.each([
    ['root', 'www-data'],
    ['www-data', 'root'],
  ] as const)('%s starts the daemon, %s uses it', async (first, second) => {
    chownSync(directory, 0, SERVER);
    chmodSync(directory, 0o2770);
    install();
    chmodSync(script, 0o644);
    const { out } = await askAs(first);
    expect(out).toBe(String(starts()[0]));
    expect(await askAs(second)).toEqual({ out, err: '' });
    for (const name of ['.life', '.use', '.start', '.score', '']) {
      const { mode, gid } = statSync(`${socket}${name}`);
      expect([name, gid, mode & 0o660]).toEqual([name, SERVER, 0o660]);
    }
    // The other one can take over.
    process.kill(await onlyKeeper(), 'SIGTERM');
    await until(() => keepers().length === 0, 'the end of the keeper', PATIENCE_MS);
    unlinkSync(join(directory, 'starts'));
    expect((await askAs(second)).out).toBe(String(starts()[0]));
  });
});

function memoryKb(pid: number, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]);
}
