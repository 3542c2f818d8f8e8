import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, parseDocument } from 'yaml';

const bin = resolve(dirname(fileURLToPath(import.meta.url)), '../../bin/spillway');

export type LogLine = Readonly<Record<string, unknown>>;

export interface StartOptions {
  /** A command that starts it, such as `prlimit`. */
  readonly launcher?: readonly string[];
  /**
   * Of applications that name none. `fixed`, since the default ones would shed now and then on a machine that is busy with other tests;
   * `default` leaves the configuration as it is.
   */
  readonly policies?: 'fixed' | 'default';
}

function withFixedPolicies(configuration: string): string {
  const document = parseDocument(configuration);
  const applications = document.get('applications');
  if (isMap(applications)) {
    for (const { value } of applications.items)
      if (isMap(value) && !value.has('policies')) value.set('policies', ['fixed']);
  }
  return document.toString({ lineWidth: 0 });
}

/** A real Spillway in its own process, started by its command line with a configuration in a folder of its own. */
export class RunningSpillway {
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | null>;
  /** Everything it logged, parsed. */
  readonly log: LogLine[] = [];
  stderr = '';
  #signalled = false;
  #address = '';
  #admin = '';

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#process = child;
    this.#exited = new Promise((done) => child.once('exit', (code) => done(code)));
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  /** A folder for the configuration and what it names. */
  static folder(): string {
    return mkdtempSync(join(tmpdir(), 'spillway-e2e-'));
  }

  /** `configuration` is YAML without `listen`, `admin` and `log`, which are made here: free ports, JSON on standard output. */
  static start(folder: string, configuration: string, options: StartOptions = {}): Promise<RunningSpillway> {
    const head = 'listen: [ { http: 127.0.0.1:0 } ]\nadmin: 127.0.0.1:0\nlog: { format: json }\n';
    return RunningSpillway.startWhole(folder, head + configuration, options);
  }

  /** With the whole configuration, which must say `log: { format: json }` and have an `admin`. */
  static async startWhole(
    folder: string,
    configuration: string,
    { launcher = [], policies = 'fixed' }: StartOptions = {},
  ): Promise<RunningSpillway> {
    const file = join(folder, 'spillway.yaml');
    writeFileSync(file, policies === 'default' ? configuration : withFixedPolicies(configuration));
    const [command = bin, ...args] = [...launcher, bin, 'serve', file];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const running = new RunningSpillway(folder, child);
    try {
      await running.until(() => running.#address !== '' && running.#admin !== '');
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return running;
  }

  /** `http://127.0.0.1:PORT` */
  get address(): string {
    return this.#address;
  }

  get port(): number {
    return Number(new URL(this.#address).port);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get adminAddress(): string {
    return this.#admin;
  }

  /** The text of a path of the admin address. */
  async admin(path: string): Promise<string> {
    return await (await fetch(this.#admin + path)).text();
  }

  /** The value of one series of /metrics, 0 where it is not there. `labels` as `lane="exec"`: all must be there, in any order. */
  async metric(name: string, ...labels: string[]): Promise<number> {
    let sum = 0;
    for (const line of (await this.admin('/metrics')).split('\n')) {
      if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
      if (labels.every((label) => line.includes(label))) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
    return sum;
  }

  async until(condition: () => boolean | Promise<boolean>, deadlineMs = 10_000): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (!(await condition())) {
      if (this.#process.exitCode !== null || Date.now() > deadline) {
        throw new Error(
          `not in ${deadlineMs} ms, exit code ${this.#process.exitCode}: ${this.stderr}\n${JSON.stringify(this.log.slice(-20), null, 1)}`,
        );
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** The line per request. */
  requests(): LogLine[] {
    return this.log.filter((line) => typeof line.status === 'number');
  }

  /** As logrotate does when it has renamed the files. */
  reopenLog(): void {
    this.#process.kill('SIGUSR1');
  }

  signal(name: NodeJS.Signals): void {
    if (name === 'SIGTERM' || name === 'SIGINT') this.#signalled = true;
    this.#process.kill(name);
  }

  /** Stops it as a service manager does, and removes its folder. Resolves with the exit code. */
  async stop(): Promise<number | null> {
    // A second signal would end it at once.
    if (this.#process.exitCode === null && !this.#signalled) this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 15_000);
    const code = await this.#exited;
    clearTimeout(late);
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }

  #take(line: string): void {
    let entry: LogLine;
    try {
      entry = JSON.parse(line) as LogLine;
    } catch {
      this.stderr += `${line}\n`;
      return;
    }
    this.log.push(entry);
    if (entry.event !== 'listening') return;
    if (entry.what === 'admin') this.#admin = String(entry.address);
    else if (entry.what === 'http') this.#address = String(entry.address);
  }
}
