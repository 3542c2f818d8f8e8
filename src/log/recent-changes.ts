import type { LogFields, Logger } from './logger.ts';

/** A change of state that was logged. */
export interface StateChange {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** As in the log: `shedding-began`. */
  readonly event: string;
  readonly fields: LogFields;
}

/** What is a change of state, among all that is logged. */
const CHANGES = new Set([
  'shedding-began',
  'shedding-ended',
  'lane-changed',
  'draining',
  'resumed',
  'reloaded',
  'reload-failed',
  'policy-fault',
  'parameter-set',
  'parameter-restored',
  'daemon-commanded',
  'daemon-started',
  'daemon-ready',
  'daemon-adopted',
  'daemon-refused',
  'daemon-died',
  'daemon-unresponsive',
  'daemon-start-storm',
  'daemon-retired',
  'daemon-survived-kill',
]);

/** Remembers the last changes of state, for who asks later what has happened. A repeated one takes the place of the one before. */
export class RecentChanges {
  readonly #keep: number;
  readonly #wallClock: () => number;
  readonly #changes: StateChange[] = [];

  constructor(keep = 50, wallClock: () => number = Date.now) {
    this.#keep = keep;
    this.#wallClock = wallClock;
  }

  /** Oldest first. */
  get all(): readonly StateChange[] {
    return this.#changes;
  }

  /** A logger that logs to this one, and remembers. */
  remembering(logger: Logger): Logger {
    const tee =
      (level: keyof Logger) =>
      (event: string, fields?: LogFields): void => {
        if (CHANGES.has(event)) this.#remember(event, fields ?? {});
        logger[level](event, fields);
      };
    return { debug: tee('debug'), info: tee('info'), warn: tee('warn'), error: tee('error') };
  }

  #remember(event: string, fields: LogFields): void {
    const last = this.#changes.at(-1);
    // A policy that is at fault is so for every request.
    if (event === 'policy-fault' && last?.event === event && last.fields.policy === fields.policy)
      this.#changes.pop();
    this.#changes.push({ atMs: this.#wallClock(), event, fields });
    if (this.#changes.length > this.#keep) this.#changes.shift();
  }
}
