import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Subprocess } from 'bun';

export type FrontendLane = 'exec' | 'forward' | 'shed';

/** Something that answers one request as a CGI program. */
export interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What it is asked for. */
  readonly path: string;
}

export const LANES = ['exec', 'forward', 'shed'] as const;
const fixtures = join(import.meta.dirname, 'fixtures');
const peers = resolve(import.meta.dirname, '../peers/fixtures');
const bin = resolve(import.meta.dirname, '../../../bin/spillway');
/** The user of web servers that are started by root. */
const WEB_USER = 33;
const isRoot = process.getuid?.() === 0;

/** A folder with a daemon, the programs to compare, and the frontends of three applications, each with a policy for one lane. */
export class FrontendWorkplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'spillway-frontend-bench-'));
  readonly #daemon: Subprocess;
  readonly #socket: string;

  private constructor() {
    chmodSync(this.folder, 0o755);
    // Where the use lock lies as well: the web server's user must be able to make it.
    const run = join(this.folder, 'run');
    mkdirSync(run);
    if (isRoot) chownSync(run, WEB_USER, WEB_USER);
    chmodSync(run, 0o770);
    this.#socket = join(run, 'daemon.sock');
    // As if the daemon were Spillway's own: launchers follow a lease only where there is a use lock to hold.
    const useLock = `${this.#socket}.use`;
    writeFileSync(useLock, '');
    if (isRoot) chownSync(useLock, WEB_USER, WEB_USER);
    chmodSync(useLock, 0o660);
    this.#daemon = Bun.spawn([process.execPath, join(peers, 'scgi-backend.ts'), this.#socket], {
      stdout: 'pipe',
    });
  }

  static async open(): Promise<FrontendWorkplace> {
    const workplace = new FrontendWorkplace();
    const { stdout } = workplace.#daemon;
    if (stdout instanceof ReadableStream) await stdout.getReader().read();
    return workplace;
  }

  get socket(): string {
    return this.#socket;
  }

  fixture(name: string): string {
    return join(fixtures, name);
  }

  /** Nothing where there is no compiler. */
  compile(
    source: string,
    output: string,
    definitions: Readonly<Record<string, string>> = {},
  ): string | undefined {
    const path = join(this.folder, output);
    const compiler = Bun.which('cc');
    if (compiler === null) return undefined;
    const defined = Object.entries(definitions).map(([name, value]) => `-D${name}="${value}"`);
    const { success } = Bun.spawnSync([compiler, '-O2', '-static', ...defined, '-o', path, source], {
      stderr: 'inherit',
    });
    return success ? path : undefined;
  }

  hello(): string | undefined {
    return this.compile(join(peers, 'hello.c'), 'hello');
  }

  /** The frontend as `npx spillway frontend` makes it, or why not. */
  frontend(lane: FrontendLane, program: string, launcher: boolean): string | Error {
    const name = `${launcher ? 'launcher' : 'plain'}-${lane}`;
    const file = join(this.folder, `${name}.yaml`);
    const answers = { exec: '{ dispatch }', forward: '{ dispatch }', shed: '{ arrive }' }[lane];
    writeFileSync(
      join(this.folder, `always-${lane}.js`),
      `const dispatch = () => ({ lane: '${lane}', reason: 'always' });
const arrive = () => ({ shed: 'always', retryAfterMs: 10_000 });
export default { name: 'always-${lane}', when: 'in a benchmark', source: 'the benchmark', parameters: {}, signals: [], reasons: ['always'], create: () => (${answers}) };
`,
    );
    writeFileSync(
      file,
      `listen: [ { http: 127.0.0.1:0 } ]
applications:
  ${name}: { at: /, cgi: { program: ${program} }, scgi: { address: "unix:${this.#socket}" }, policies: [ ./always-${lane}.js ] }
`,
    );
    const output = join(this.folder, `${name}.cgi`);
    const made = Bun.spawnSync(
      [
        ...[bin, 'frontend', file, '--output', output, '--state', join(this.folder, `${name}.state`)],
        ...['--executable', join(this.folder, 'spillway-frontend'), ...(launcher ? [] : ['--no-launcher'])],
      ],
      { stdout: 'pipe', stderr: 'pipe', timeout: 60_000 },
    );
    if (!made.success) return new Error(`${made.stdout.toString()}${made.stderr.toString()}`.trim());
    if (launcher && !isExecutable(output)) return new Error('no launcher was made');
    return output;
  }

  async close(): Promise<void> {
    this.#daemon.kill('SIGTERM');
    await this.#daemon.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A program of the machine, no script. */
function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  const start = Buffer.alloc(4);
  readSync(openSync(path, 'r'), start, 0, 4, 0);
  return start.toString('latin1') === '\x7fELF';
}
