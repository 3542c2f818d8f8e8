import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { libc } from './libc.ts';

const WNOHANG = 1;
/** Nobody waits for an orphan: this only bounds how many entries of the process table they hold. */
const sweepMs = 1_000;

/**
 * Collects the exit statuses of orphans, for a gateway that is process 1 of a container: what programs and daemons leave behind
 * becomes its child, and the runtime collects only what it has started itself. Elsewhere the system's process 1 does it.
 *
 * The runtime collects its own as soon as its event loop turns. So what has ended is left alone at the first sight: whoever is
 * still there a sweep, and so a turn, later is nobody's.
 */
export class OrphanReaper {
  readonly #clock: Clock;
  /** When they started, in ticks of the kernel, by process number: a number may be another process's by the next sweep. */
  #seen: ReadonlyMap<number, string> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For the life of the process. */
  start(): void {
    this.#clock.after(sweepMs, () => {
      this.#sweep();
      this.start();
    });
  }

  #sweep(): void {
    const ended = endedChildren();
    for (const [pid, started] of ended)
      if (this.#seen.get(pid) === started) libc().waitpid(pid, null, WNOHANG);
    this.#seen = ended;
  }
}

/** Without /proc nothing can be collected, and nothing else is lost. */
function processNumbers(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** See proc_pid_stat(5): `number (name) state parent …`, the start is the 22nd; the name may have anything in it. */
function endedChildren(): ReadonlyMap<number, string> {
  const ended = new Map<number, string>();
  for (const name of processNumbers()) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    } catch {
      // Collected since the directory was read.
      continue;
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    if (state === 'Z' && Number(parent) === process.pid) ended.set(Number(name), fields[19] ?? '');
  }
  return ended;
}
