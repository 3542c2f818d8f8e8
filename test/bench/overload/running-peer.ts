import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { signalGroup } from '../../../src/system/process-group.ts';
import type { OverloadPeer } from './overload-peers.ts';
import type { PhaseReport } from './phase-report.ts';

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
  readonly #processes: readonly Subprocess[];

  private constructor(port: number, processes: readonly Subprocess[]) {
    this.port = port;
    this.#processes = processes;
  }

  /** Resolves when the program answers through it. */
  static async start(peer: OverloadPeer, folder: string, program: string): Promise<RunningPeer> {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    const port = freePort();
    const log = Bun.file(join(folder, 'output.log'));
    const processes = peer
      .prepare(folder, port, program)
      .map((command) =>
        Bun.spawn([...command], { stdin: 'ignore', stdout: log, stderr: log, cwd: folder, detached: true }),
      );
    const running = new RunningPeer(port, processes);
    let found = 'no connection';
    for (let tries = 0; tries < 200; tries++) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/burn`);
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
  async capacity(visitors: number, durationMs: number): Promise<number> {
    const end = performance.now() + durationMs;
    let answers = 0;
    const visitor = async (): Promise<void> => {
      while (performance.now() < end) {
        const response = await fetch(`http://127.0.0.1:${this.port}/burn`, { keepalive: false });
        await response.arrayBuffer();
        if (response.ok) answers++;
      }
    };
    await Promise.all(Array.from({ length: visitors }, visitor));
    return (answers * 1000) / durationMs;
  }

  /** `phases`: visitors a second, and for how long. */
  async offer(phases: readonly (readonly [rate: number, durationMs: number])[]): Promise<PhaseReport[]> {
    const written = phases.map(([rate, durationMs]) => `${Math.round(rate)}:${durationMs}`).join(',');
    const load = Bun.spawn([
      process.execPath,
      join(import.meta.dirname, 'fixtures/offer-load.ts'),
      String(this.port),
      written,
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
