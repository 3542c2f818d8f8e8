import type { Clock } from '../core/clock.ts';
import { pause } from '../daemon/pause.ts';

/** What a keeper finds its tools by. Nothing of the request goes to it, nor of the web server. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/**
 * A keeper process, in a session of its own and without any descriptor of ours: it outlives the request, and a web server that ends the
 * request's process group.
 */
export class KeeperProcess {
  readonly #child: Bun.Subprocess;

  /** Throws where it cannot be run. */
  constructor(command: readonly string[]) {
    this.#child = Bun.spawn([...command], {
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Of its exit. */
  get code(): number | null {
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves at its end, or after `delayMs`. */
  async endedOr(clock: Clock, delayMs: number): Promise<void> {
    if (this.hasEnded) return;
    const ended = new AbortController();
    this.#child.exited.then(() => ended.abort());
    await pause(clock, delayMs, ended.signal);
  }

  /** It is no reason any more for this process to live. */
  leave(): void {
    this.#child.unref();
  }
}
