import type { Clock } from '../core/clock.ts';
import type { DaemonLog } from './daemon-log.ts';

const BURST_LINES = 200;
const LINES_PER_SECOND = 50;

/** Logs what a daemon writes, line by line, at a bounded rate: a daemon in a loop must not fill the disk. */
export class OutputLog {
  readonly #log: DaemonLog;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #application: string;
  #allowed = BURST_LINES;
  #atMs: number;
  #suppressed = 0;

  constructor(log: DaemonLog, clock: Pick<Clock, 'now'>, application: string) {
    this.#log = log;
    this.#clock = clock;
    this.#application = application;
    this.#atMs = clock.now();
  }

  line(line: string): void {
    const nowMs = this.#clock.now();
    this.#allowed = Math.min(BURST_LINES, this.#allowed + ((nowMs - this.#atMs) / 1000) * LINES_PER_SECOND);
    this.#atMs = nowMs;
    if (this.#allowed < 1) {
      this.#suppressed += 1;
      return;
    }
    this.#allowed -= 1;
    if (this.#suppressed > 0) {
      this.#log.warn('daemon-output-suppressed', { application: this.#application, lines: this.#suppressed });
      this.#suppressed = 0;
    }
    this.#log.info('daemon-output', { application: this.#application, line });
  }
}
