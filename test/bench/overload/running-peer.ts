import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { seededRandom } from '../../../src/core/seeded-random.ts';
import { signalGroup } from '../../../src/system/process-group.ts';
import type { LoadPlan } from './load-plan.ts';
import type { OverloadPeer, Site } from './overload-peers.ts';
import type { PhaseReport } from './phase-report.ts';
import { drawServiceMs, type ServiceTime } from './service-time.ts';

/** Two in a row are free. */
function freePort(): number {
  for (;;) {
    const one = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const { port } = one;
    one.stop(true);
    try {
      Bun.listen({ hostname: '127.0.0.1', port: port + 1, socket: { data() {} } }).stop(true);
      return port;
    } catch {
      // The next one.
    }
  }
}

/** A started server. */
export class RunningPeer {
  readonly port: number;
  /** What it writes. */
  readonly log: string;
  readonly #processes: readonly Subprocess[];

  private constructor(port: number, log: string, processes: readonly Subprocess[]) {
    this.port = port;
    this.log = log;
    this.#processes = processes;
  }

  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** Resolves when the program answers through it. `folder`: an empty one, which everybody may enter. */
  static async start(peer: OverloadPeer, folder: string, site: Site): Promise<RunningPeer> {
    const port = freePort();
    const name = join(folder, 'output.log');
    const log = Bun.file(name);
    const processes = peer
      .prepare(folder, port, site)
      .map((command) =>
        Bun.spawn([...command], { stdin: 'ignore', stdout: log, stderr: log, cwd: folder, detached: true }),
      );
    const running = new RunningPeer(port, name, processes);
    let found = 'no connection';
    for (let tries = 0; tries < 200; tries++) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}${site.paths[0]}`);
        await response.arrayBuffer();
        if (response.ok) return running;
        found = `status ${response.status}`;
      } catch {
        // Not yet.
      }
      await Bun.sleep(25);
    }
    await running.stop();
    throw new Error(`${peer.name} does not answer (${found}): ${await log.text()}`);
  }

  /** Answers a second with so many visitors who each come back at once. */
  async capacity(path: string, service: ServiceTime, visitors: number, durationMs: number): Promise<number> {
    const random = seededRandom(0);
    const end = performance.now() + durationMs;
    let answers = 0;
    const visitor = async (): Promise<void> => {
      while (performance.now() < end) {
        const serviceMs = drawServiceMs(service, random).toFixed(3);
        const url = `http://127.0.0.1:${this.port}${path}?${serviceMs}`;
        const response = await fetch(url, { keepalive: false });
        await response.arrayBuffer();
        if (response.ok) answers++;
      }
    };
    await Promise.all(Array.from({ length: visitors }, visitor));
    return (answers * 1000) / durationMs;
  }

  /** Ends when the last visitor has. The reports of each stream, one for each of its phases. */
  async offer({ seed, streams }: Omit<LoadPlan, 'port'>): Promise<PhaseReport[][]> {
    const plan: LoadPlan = { port: this.port, seed, streams };
    const load = Bun.spawn([
      process.execPath,
      join(import.meta.dirname, 'fixtures/offer-load.ts'),
      JSON.stringify(plan),
    ]);
    const reports: unknown = await new Response(load.stdout).json();
    if (!Array.isArray(reports)) throw new Error('the load gave no report');
    return reports;
  }

  async stop(): Promise<void> {
    const signal = (name: NodeJS.Signals): void => {
      for (const { pid } of this.#processes) signalGroup(pid, name);
    };
    signal('SIGTERM');
    const late = setTimeout(() => signal('SIGKILL'), 3000);
    await Promise.all(this.#processes.map((one) => one.exited));
    clearTimeout(late);
    signal('SIGKILL');
  }
}
