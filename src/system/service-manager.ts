import type { Clock } from '../core/clock.ts';
import { monotonicMicroseconds } from './monotonic-microseconds.ts';
import { sendDatagram } from './send-datagram.ts';

export type ServiceEnvironment = Record<string, string | undefined>;

/**
 * Tells systemd how the service is (sd_notify(3)), and that it is alive (sd_watchdog_enabled(3)). Where nobody asked to be told,
 * every method does nothing. A message that does not arrive is no reason to fail: systemd has its own time limits.
 *
 *     ready() ──► reloading() ──► ready() ──► stopping()
 *
 * The watchdog is fed by a timer of the event loop: when that stands still, so does the feeding, and systemd starts us anew.
 */
export class ServiceManager {
  readonly #socket: string | undefined;
  readonly #clock: Clock;
  readonly #feedEveryMs: number | undefined;
  #cancelFeed: (() => void) | undefined;

  /** Takes its variables out of `environment`: they are for this process, not for what it starts. */
  constructor(environment: ServiceEnvironment, clock: Clock, pid: number = process.pid) {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: watched } = environment;
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
    this.#socket = socket !== undefined && /^[/@]./.test(socket) ? socket : undefined;
    this.#clock = clock;
    const intervalMs = Number(microseconds) / 1000;
    const isForUs = watched === undefined || Number(watched) === pid;
    this.#feedEveryMs = isForUs && intervalMs > 0 ? intervalMs / 2 : undefined;
  }

  /** Everything is open, or a reload is over. `status` is what `systemctl status` shows. */
  ready(status: string): void {
    this.#tell(['READY=1', `STATUS=${status}`]);
    if (this.#cancelFeed === undefined) this.#feed();
  }

  status(status: string): void {
    this.#tell([`STATUS=${status}`]);
  }

  /** To be followed by `ready`. */
  reloading(): void {
    if (this.#socket === undefined) return;
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${monotonicMicroseconds()}`, 'STATUS=reloading']);
  }

  stopping(): void {
    this.#tell(['STOPPING=1', 'STATUS=stopping']);
  }

  /** Feeds the watchdog no more. */
  close(): void {
    this.#cancelFeed?.();
    this.#cancelFeed = undefined;
  }

  #feed(): void {
    if (this.#feedEveryMs === undefined || this.#socket === undefined) return;
    this.#tell(['WATCHDOG=1']);
    this.#cancelFeed = this.#clock.after(this.#feedEveryMs, () => this.#feed());
  }

  #tell(lines: readonly string[]): void {
    if (this.#socket === undefined) return;
    sendDatagram(this.#socket, lines.map((line) => line.replaceAll('\n', ' ')).join('\n'));
  }
}
