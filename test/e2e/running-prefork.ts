import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { askScgi, scgiHead } from './ask-scgi.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/prefork/fixtures');

export const WORKERS = {
  python: ['python3', join(FIXTURES, 'worker.py')],
  typescript: [join(ROOT, 'node_modules/.bin/bun'), join(FIXTURES, 'worker.ts')],
  perl: ['perl', join(FIXTURES, 'accepting-worker.pl')],
} as const;

export type Answer = 'served' | 'shed' | 'bad-gateway' | 'cut' | 'refused' | 'silence';

export interface PreforkRunOptions {
  readonly worker?: readonly string[];
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Soft and hard limit of descriptors. */
  readonly descriptors?: number;
  readonly awaitReady?: boolean;
  /** In place of a Unix socket of its own. */
  readonly listen?: string;
  /** A listening socket that it gets as standard input. */
  readonly inherited?: number;
}

/** A real `spillway prefork` on a Unix socket of its own. */
export class RunningPrefork {
  readonly socket: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  log = '';
  exitCode: number | null | undefined;

  private constructor(folder: string, run: PreforkRunOptions) {
    this.#folder = folder;
    this.socket = join(folder, 's.sock');
    const { worker = WORKERS.python, options = ['--workers', '2'], environment = {}, descriptors } = run;
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
    this.#child = spawn(
      '/bin/sh',
      [
        '-c',
        `${limit}exec "$@"`,
        'sh',
        join(ROOT, 'bin/spillway'),
        'prefork',
        ...(run.inherited === undefined ? ['--listen', run.listen ?? `unix:${this.socket}`] : []),
        '--metrics',
        `unix:${join(folder, 'm.sock')}`,
        ...options,
        '--',
        ...worker,
      ],
      { env: { ...process.env, ...environment }, stdio: [run.inherited ?? 'ignore', 'ignore', 'pipe'] },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    this.#child.once('exit', (code) => {
      this.exitCode = code;
    });
  }

  static async start(run: PreforkRunOptions = {}): Promise<RunningPrefork> {
    const running = new RunningPrefork(mkdtempSync(join(tmpdir(), 'prefork-')), run);
    if (run.awaitReady !== false) {
      await until(
        () => running.log.includes('prefork-ready') || running.exitCode !== undefined,
        'a ready server',
        20_000,
      );
      if (running.exitCode !== undefined) throw new Error(running.log);
    }
    return running;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Of a server on TCP. */
  get port(): number {
    return Number(/"address":"127\.0\.0\.1:([0-9]+)","workers"/.exec(this.log)?.[1]);
  }

  /** The whole answer to a request. */
  async read(): Promise<string> {
    return await askScgi(this.socket, '/');
  }

  /** Its direct children. */
  workers(): number[] {
    const { stdout } = Bun.spawnSync(['pgrep', '-P', String(this.pid)]);
    return stdout.toString().trim().split('\n').filter(Boolean).map(Number);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ended(deadlineMs = 15_000): Promise<number | null> {
    await until(() => this.exitCode !== undefined, 'the end of the server', deadlineMs);
    return this.exitCode ?? null;
  }

  async fetch(path: string): Promise<Response> {
    return await fetch(`http://prefork${path}`, { unix: join(this.#folder, 'm.sock') });
  }

  /** One value of its metrics; 0 where there is none. */
  async metric(series: string): Promise<number> {
    const text = await (await this.fetch('/metrics')).text();
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Ends everything that is left. */
  async close(): Promise<void> {
    if (this.exitCode === undefined) {
      const workers = this.workers();
      this.#child.kill('SIGKILL');
      for (const pid of workers) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has seen the end of its parent.
        }
      }
      await this.ended();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async untilMetric(series: string, holds: (value: number) => boolean, deadlineMs = 15_000): Promise<void> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const value = await this.metric(series);
      if (holds(value)) return;
      if (performance.now() > end)
        throw new Error(`${series} is ${value} after ${deadlineMs} ms\n${this.log}`);
      await Bun.sleep(20);
    }
  }

  /** Sends one request and tells what came of it. */
  ask(path = '/', deadlineMs = 20_000): Promise<Answer> {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect(this.socket);
      const timer = setTimeout(() => finish('silence'), deadlineMs);
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(answer);
      };
      socket.on('connect', () => socket.write(scgiHead(path)));
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
      });
      socket.on('error', (error: NodeJS.ErrnoException) =>
        finish(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? 'refused' : classify(text)),
      );
      socket.on('close', () => finish(classify(text)));
    });
  }

  /** So many requests, some at a time, and how many had which end; stops early when `until` says so. */
  async askMany(
    count: number,
    concurrency: number,
    options: { path?: string; deadlineMs?: number } = {},
  ): Promise<Record<Answer, number>> {
    const { path = '/', deadlineMs = Number.POSITIVE_INFINITY } = options;
    const end = performance.now() + deadlineMs;
    const answers = { served: 0, shed: 0, 'bad-gateway': 0, cut: 0, refused: 0, silence: 0 };
    let left = count;
    const client = async (): Promise<void> => {
      while (left > 0 && performance.now() < end) {
        left -= 1;
        answers[await this.ask(path)] += 1;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, client));
    return answers;
  }
}

function classify(text: string): Answer {
  if (text.startsWith('Status: 503')) return 'shed';
  if (text.startsWith('Status: 502')) return 'bad-gateway';
  return text.startsWith('Status: 200') && text.endsWith('\n') && text.includes(' by ') ? 'served' : 'cut';
}
