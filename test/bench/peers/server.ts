import type { Subprocess } from 'bun';
import { signalGroup } from '../../../src/system/process-group.ts';
import type { Variant } from './rows.ts';

/** What all peers serve, and how. */
export interface Setting {
  /** An empty folder of this server. */
  readonly folder: string;
  readonly port: number;
  /** Path of a Unix socket to listen at as well, for a front server: in SCGI where the server takes it, in HTTP otherwise. */
  readonly front: string;
  /** Path of the SCGI backend's Unix socket, behind `/forward`. */
  readonly backend: string;
  /** Path of the CGI program at `/exec`. */
  readonly program: string;
  /** The body of the answer at `/shed`. */
  readonly page: string;
  readonly variant: Variant;
}

/** A kind of server that is compared. */
export interface Peer {
  readonly name: string;
  /** What it is and its version. Nothing where it is not installed. */
  readonly version: string | undefined;
  /** Whether a front server may talk SCGI to it. */
  readonly takesScgi: boolean;
  /** Paths that it cannot serve, with the reason. */
  readonly cannot: ReadonlyMap<string, string>;
  /** Writes its configuration into the folder; gives the commands to run, the server first. */
  prepare(setting: Setting): readonly (readonly string[])[];
}

/** A started server, with the processes that belong to it. */
export class Server {
  readonly peer: Peer;
  readonly port: number;
  /** Path of its Unix socket for a front server. */
  readonly front: string;
  readonly variant: Variant;
  readonly #processes: readonly Subprocess[];

  private constructor(peer: Peer, { port, front, variant }: Setting, processes: readonly Subprocess[]) {
    this.peer = peer;
    this.port = port;
    this.front = front;
    this.variant = variant;
    this.#processes = processes;
  }

  /** Resolves when it answers, and sheds as it should. */
  static async start(peer: Peer, setting: Setting): Promise<Server> {
    const log = Bun.file(`${setting.folder}/output.log`);
    const processes = peer.prepare(setting).map((command) =>
      Bun.spawn(['taskset', '-c', setting.variant.processors, ...command], {
        stdin: 'ignore',
        stdout: log,
        stderr: log,
        cwd: setting.folder,
        // A group of its own: the workers of fcgiwrap outlive their parent, and TERM.
        detached: true,
      }),
    );
    const server = new Server(peer, setting, processes);
    let found = '';
    for (let tries = 0; tries < 200; tries++) {
      try {
        const response = await fetch(server.url('/shed'));
        await response.arrayBuffer();
        if (response.status === 503) return server;
        found = `: status ${response.status} for /shed`;
        break;
      } catch {
        await Bun.sleep(25);
      }
    }
    await server.stop();
    throw new Error(`${peer.name} does not answer as it should${found}: ${await log.text()}`);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  get pids(): readonly number[] {
    return this.#processes.map((one) => one.pid);
  }

  async stop(): Promise<void> {
    const signal = (name: NodeJS.Signals): void => {
      for (const { pid } of this.#processes) signalGroup(pid, name);
    };
    signal('SIGTERM');
    const late = setTimeout(() => signal('SIGKILL'), 5000);
    await Promise.all(this.#processes.map((one) => one.exited));
    clearTimeout(late);
    signal('SIGKILL');
  }
}
