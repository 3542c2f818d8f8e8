import type { DaemonRefusal } from '../core/daemon.ts';
import type { DaemonLog, DaemonLogFields } from './daemon-log.ts';
import type { DaemonObserver } from './daemon-observer.ts';
import type { DaemonProcess } from './daemon-process.ts';

/** Says what happens to one daemon, to log and metrics. A failure that goes on is logged once, until the daemon is up. */
export class KeeperLog {
  readonly #application: string;
  readonly #log: DaemonLog;
  readonly #observer: DaemonObserver;
  #told: string | undefined;

  constructor(application: string, log: DaemonLog, observer: DaemonObserver) {
    this.#application = application;
    this.#log = log;
    this.#observer = observer;
  }

  started(pid: number): void {
    this.#observer.started();
    this.#info('daemon-started', { pid });
  }

  ready(pid: number, durationMs: number): void {
    this.#told = undefined;
    this.#observer.ready(durationMs);
    this.#info('daemon-ready', { pid, durationMs: Math.round(durationMs) });
  }

  adopted(): void {
    this.#told = undefined;
    this.#info('daemon-adopted', {});
  }

  refused(refusal: DaemonRefusal, message: string, process: DaemonProcess | undefined): void {
    if (refusal === 'stopping') return;
    this.#observer.failed(refusal);
    // A process that was started and failed is news each time: how often that can be, the start score bounds.
    if (process === undefined) this.once('daemon-refused', message, { refusal });
    else this.#warn('daemon-refused', { refusal, message, ...about(process) });
  }

  died(process: DaemonProcess, message: string): void {
    this.#warn('daemon-died', { message, ...about(process) });
  }

  unresponsive(process: DaemonProcess): void {
    this.#observer.failed('unresponsive');
    this.#warn('daemon-unresponsive', about(process));
  }

  storm(waitMs: number): void {
    this.#observer.failed('start-storm');
    this.#warn('daemon-start-storm', { waitMs: Math.round(waitMs) });
  }

  retired(pid: number, reason: 'idle' | 'quiet' | 'asked' | 'stop'): void {
    this.#info('daemon-retired', { pid, reason });
  }

  /** One whose keeper was killed. */
  orphanEnded(pid: number): void {
    this.#info('daemon-orphan-ended', { pid });
  }

  survived(pid: number): void {
    this.#warn('daemon-survived-kill', { pid });
  }

  /** Warns, unless the last warning of this kind said the same. */
  once(event: string, message: string, fields: DaemonLogFields = {}): void {
    const told = `${event} ${message}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#warn(event, { message, ...fields });
  }

  #info(event: string, fields: DaemonLogFields): void {
    this.#log.info(event, { application: this.#application, ...fields });
  }

  #warn(event: string, fields: DaemonLogFields): void {
    this.#log.warn(event, { application: this.#application, ...fields });
  }
}

function about(process: DaemonProcess): DaemonLogFields {
  return {
    pid: process.pid,
    code: process.end?.code,
    signal: process.end?.signal,
    lastWords: process.lastWords(),
  };
}
