import { hasCode } from '../system/has-code.ts';
import { restoreLimits } from '../system/restore-limits.ts';

const STANDARD_ERROR = 2;

export interface AcceptingLaunch {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the listening socket: its standard input, and its descriptor 3. */
  readonly listening: number;
  readonly ended: (code: number | null, signal: string | null) => void;
}

/**
 * A worker that accepts on its own: its listening socket is standard input (as of FastCGI and inetd's wait) and descriptor 3 with
 * LISTEN_FDS and LISTEN_PID (sd_listen_fds(3)). It stays in our process group, since without a stream to us it would not notice our
 * end: who ends our group ends it.
 */
export class AcceptingProcess {
  readonly #child: Bun.Subprocess;

  /** Throws where it cannot be started. */
  constructor({ command, environment, listening, ended }: AcceptingLaunch) {
    // LISTEN_PID is known only once there is a process.
    this.#child = Bun.spawn(['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...command], {
      env: { ...environment, LISTEN_FDS: '1' },
      stdio: [listening, STANDARD_ERROR, STANDARD_ERROR, listening],
      onExit: (_, code, signal) => ended(code, signal === null ? null : String(signal)),
    });
    restoreLimits(this.#child.pid);
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(this.#child.pid, signal);
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  }
}
