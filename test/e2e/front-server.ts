import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { documented } from '../support/documented.ts';
import type { Peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';

export interface FrontServerKind {
  readonly name: 'nginx' | 'apache' | 'lighttpd';
  readonly program: Peer;
  /** The arguments that run it in the foreground with this file. */
  arguments(file: string, folder: string): readonly string[];
  /** The whole file around the documented part of it, in which port and socket are replaced. */
  configuration(documented: string, folder: string, port: number): string;
}

/** Where the documented configurations have Spillway. */
const documentedSocket = '/run/spillway/spillway.sock';

/** A real web server in the foreground, with the documented configuration. */
export class FrontServer {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  output = '';

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
    this.#exited = new Promise((done) => child.once('exit', () => done()));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** `target` is a socket's path, or `127.0.0.1:PORT`. Resolves when it takes connections. */
  static start(kind: FrontServerKind, folder: string, target: string): Promise<FrontServer> {
    let part = documented(`front-${kind.name}`);
    if (target.startsWith('/')) part = part.replaceAll(documentedSocket, target);
    else {
      const [host, number] = target.split(':');
      part = part
        .replace(`unix:${documentedSocket}|scgi://spillway/`, () => `scgi://${target}/`)
        .replace(`unix:${documentedSocket}`, () => target)
        .replace(`"socket" => "${documentedSocket}"`, `"host" => "${host}", "port" => ${number}`);
    }
    return FrontServer.startWith(kind, folder, part);
  }

  /** With this as the documented part of the configuration. */
  static async startWith(kind: FrontServerKind, folder: string, part: string): Promise<FrontServer> {
    const port = await freePort();
    const file = join(folder, `${kind.name}.conf`);
    writeFileSync(file, kind.configuration(part, folder, port));
    const child = spawn(kind.program.path, kind.arguments(file, folder), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder },
    });
    const front = new FrontServer(port, child);
    const deadline = Date.now() + 10_000;
    for (;;) {
      try {
        (await RawHttpClient.connect(port)).leave();
        return front;
      } catch {
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`${kind.name} does not start: ${front.output}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await this.#exited;
    clearTimeout(late);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
