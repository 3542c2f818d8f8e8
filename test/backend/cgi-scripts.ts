import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecBackend } from '../../src/backend/exec-backend.ts';
import type { ExecOptions } from '../../src/backend/exec-options.ts';
import type { Body } from '../../src/core/body.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { viewOf } from '../support/view-of.ts';
import { RecordedReceiver } from './recorded-receiver.ts';

export interface ScriptRun {
  readonly options?: Partial<ExecOptions>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly id?: string;
}

/** Shell scripts as CGI programs, in a folder of their own. */
export class CgiScripts {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'spillway-scripts-'));
  readonly logged: string[] = [];
  readonly faults: string[] = [];
  #made = 0;

  /** Writes a script and gives its path. */
  write(text: string, mode = 0o755): string {
    const path = join(this.folder, `script-${this.#made++}`);
    writeFileSync(path, text, { mode });
    return path;
  }

  /** Runs shell commands; or a file where it is a path. */
  start(commands: string, { options, variables, body, id = 'r1' }: ScriptRun = {}): RecordedReceiver {
    const program = commands.startsWith('/') ? commands : this.write(`#!/bin/sh\n${commands}\n`);
    const backend = new ExecBackend({
      program,
      directory: this.folder,
      environment: {},
      timeoutMs: 10_000,
      killGraceMs: 200,
      maxHeadBytes: 65536,
      standardError: { maxLineBytes: 1000, maxBytes: 5000 },
      clock: new SystemClock(),
      onStandardError: (request, line) => this.logged.push(`${request}: ${line}`),
      onFault: (_request, fault) => this.faults.push(fault.code),
      ...options,
    });
    const receiver = new RecordedReceiver();
    receiver.run = backend.run({ id, view: viewOf({ REQUEST_METHOD: 'GET', ...variables }), body }, receiver);
    return receiver;
  }

  /** Runs to the very end. */
  async run(commands: string, run?: ScriptRun): Promise<RecordedReceiver> {
    const receiver = this.start(commands, run);
    await receiver.over;
    return receiver;
  }

  /** What commands print after an empty head. */
  async output(commands: string, run?: ScriptRun): Promise<string> {
    return (await this.run(`printf 'Content-Type: text/plain\\n\\n'\n${commands}`, run)).text;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
