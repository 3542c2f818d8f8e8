import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../support/until.ts';

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process, and all that it has written so far. Byte strings. */
export class RunningProgram {
  readonly #child: ChildProcess;
  readonly ended: Promise<ProgramEnd>;
  output = '';
  errors = '';

  constructor(
    command: readonly string[],
    options: {
      cwd: string;
      env?: Record<string, string>;
      stdin?: StdioOptions & ('pipe' | 'ignore' | number);
    },
  ) {
    const [program = '', ...words] = command;
    this.#child = spawn(program, words, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...options.env },
      stdio: [options.stdin ?? 'pipe', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.output += text;
    });
    this.#child.stderr?.setEncoding('latin1').on('data', (text: string) => {
      this.errors += text;
    });
    // It may end without having read what it was given.
    this.#child.stdin?.on('error', () => {});
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }) as ProgramEnd);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  write(bytes: string): void {
    this.#child.stdin?.write(Buffer.from(bytes, 'latin1'));
  }

  finish(): void {
    this.#child.stdin?.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Until it has written this to one of its outputs, or throws what it has written instead. */
  async says(pattern: RegExp, timeoutMs = 15_000): Promise<void> {
    try {
      await until(() => pattern.test(this.output) || pattern.test(this.errors), String(pattern), timeoutMs);
    } catch (error) {
      throw new Error(
        `${String(error)}; found ${JSON.stringify(`${this.output}\n${this.errors}`.slice(-3000))}`,
      );
    }
  }

  /** Asks it to end, and makes it end. */
  async stop(): Promise<ProgramEnd> {
    this.#child.kill('SIGTERM');
    this.finish();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }
}
