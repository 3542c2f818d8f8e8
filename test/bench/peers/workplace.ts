import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { RawHttpClient } from '../../support/raw-http-client.ts';
import { loadProcessor, serverProcessor } from './processors.ts';
import type { Variant } from './rows.ts';
import { type Peer, Server, type Setting } from './server.ts';

const plain: Variant = { accessLog: false, workers: 1, processors: serverProcessor };
const fixtures = join(import.meta.dirname, 'fixtures');

/** What a comparison needs beside the servers: a folder, the backend, the CGI program, free ports. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  readonly program: string;
  /** What the CGI program is. */
  readonly programKind: string;
  readonly #backend: string;
  readonly #process: Subprocess;
  /** The size of the page that Spillway sheds with; the others answer as much. */
  #pageBytes = 1000;
  #servers = 0;

  private constructor() {
    // Workers of front servers may run as another user.
    chmodSync(this.folder, 0o755);
    this.program = join(this.folder, 'hello');
    this.programKind = this.#makeProgram();
    this.#backend = join(this.folder, 'backend.sock');
    this.#process = Bun.spawn(
      ['taskset', '-c', loadProcessor, process.execPath, join(fixtures, 'scgi-backend.ts'), this.#backend],
      { stdout: 'pipe' },
    );
  }

  static async open(): Promise<Workplace> {
    const workplace = new Workplace();
    const { stdout } = workplace.#process;
    if (stdout instanceof ReadableStream) await stdout.getReader().read();
    return workplace;
  }

  async start(peer: Peer, variant = plain): Promise<Server> {
    const folder = join(this.folder, `${peer.name}-${++this.#servers}`);
    mkdirSync(folder);
    const setting: Setting = {
      folder,
      port: freePort(),
      front: join(folder, 'front.sock'),
      backend: this.#backend,
      program: this.program,
      page: 'x'.repeat(this.#pageBytes),
      variant,
    };
    return await Server.start(peer, setting);
  }

  /** Servers that start from now on shed with as many bytes as this one. */
  async takePageOf(server: Server): Promise<void> {
    // As wrk asks: without any Accept field.
    const client = await RawHttpClient.connect(server.port);
    client.send('GET /shed HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const answer = await client.untilOver();
    client.leave();
    this.#pageBytes = answer.length - answer.indexOf('\r\n\r\n') - 4;
  }

  get pageBytes(): number {
    return this.#pageBytes;
  }

  async close(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#process.exited;
    this.remove();
  }

  /** The folder, with all that is in it. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makeProgram(): string {
    const compiled =
      Bun.which('cc') &&
      Bun.spawnSync(['cc', '-O2', '-static', '-o', this.program, join(fixtures, 'hello.c')]);
    if (compiled && compiled.exitCode === 0) return 'static C program';
    writeFileSync(
      this.program,
      '#!/bin/sh\necho "Content-Type: text/plain"\necho "Content-Length: 6"\necho\necho hello\n',
    );
    chmodSync(this.program, 0o755);
    return '/bin/sh script';
  }
}

function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  listener.stop(true);
  return listener.port;
}
