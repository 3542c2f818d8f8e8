import type { ExchangeRecord, Observer } from '../core/observer.ts';
import { combinedLine } from './combined-line.ts';
import { escapeControls } from './escape-controls.ts';
import type { LogOutput } from './log-output.ts';

/** Characters of a target that are logged; the rest is cut and marked. */
const LONGEST_TARGET = 2048;

export interface AccessLogOptions {
  readonly output: LogOutput;
  readonly format: 'json' | 'readable' | 'combined';
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/**
 * A line per request. Past pino: its line costs 4 to 6 microseconds here, this one a fifth of that. The JSON form has the
 * same `time`, `level` and `event` as all other lines.
 */
export class AccessLog implements Observer {
  readonly #output: LogOutput;
  readonly #line: (record: ExchangeRecord) => string;
  readonly #wallClock: () => number;
  #timeMs = Number.NaN;
  #time = '';

  constructor({ output, format, wallClock = Date.now }: AccessLogOptions) {
    this.#output = output;
    this.#wallClock = wallClock;
    this.#line = {
      json: (record: ExchangeRecord) => this.#json(record),
      readable: (record: ExchangeRecord) => this.#readable(record),
      combined: (record: ExchangeRecord) => combinedLine(record, wallClock() - record.totalMs),
    }[format];
  }

  finished(record: ExchangeRecord): void {
    this.#output.write(this.#line(record));
  }

  #json(record: ExchangeRecord): string {
    const { view, decision } = record;
    const line = JSON.stringify({
      level: 'info',
      time: this.#now(),
      event: 'request',
      id: record.id,
      application: record.application,
      lane: decision?.lane,
      policy: decision?.policy,
      reason: decision?.reason,
      method: view.meta('REQUEST_METHOD'),
      target: bounded(view.meta('REQUEST_URI')),
      remote: view.meta('REMOTE_ADDR'),
      status: record.status,
      result: record.result,
      failure: record.failure,
      wait_ms: rounded(record.waitMs),
      first_byte_ms: record.firstByteMs === undefined ? undefined : rounded(record.firstByteMs),
      busy_ms: rounded(record.busyMs),
      total_ms: rounded(record.totalMs),
      bytes_in: record.bytesIn,
      bytes_out: record.bytesOut,
    });
    // JSON escapes C0 itself, and leaves DEL and C1, which a terminal obeys too.
    return `${escapeControls(line)}\n`;
  }

  /** `14:03:07.123Z 200 exec wiki GET /wiki/ 15.5ms (wait 0, first byte 12.3, busy 14.2) threshold: quiet 192.0.2.7 r1` */
  #readable(record: ExchangeRecord): string {
    const { view, decision, failure, firstByteMs } = record;
    const parts = [
      this.#now().slice(11),
      record.status === 0 ? '---' : record.status,
      decision?.lane ?? '-',
      record.application || '-',
      view.meta('REQUEST_METHOD') ?? '-',
      bounded(view.meta('REQUEST_URI')) ?? '-',
      `${rounded(record.totalMs)}ms`,
      `(wait ${rounded(record.waitMs)}, first byte ${firstByteMs === undefined ? '-' : rounded(firstByteMs)}, busy ${rounded(record.busyMs)})`,
      `${record.bytesIn}B in, ${record.bytesOut}B out`,
      decision === undefined ? '-' : `${decision.policy}: ${decision.reason}`,
      failure === undefined ? record.result : `${record.result}: ${failure}`,
      view.meta('REMOTE_ADDR') ?? '-',
      record.id,
    ];
    return `${escapeControls(parts.join(' '))}\n`;
  }

  /** Many requests end in the same millisecond: the text is kept. */
  #now(): string {
    const nowMs = this.#wallClock();
    if (nowMs !== this.#timeMs) {
      this.#timeMs = nowMs;
      this.#time = new Date(nowMs).toISOString();
    }
    return this.#time;
  }
}

function bounded(target: string | undefined): string | undefined {
  return target === undefined || target.length <= LONGEST_TARGET
    ? target
    : `${target.slice(0, LONGEST_TARGET)}...`;
}

/** To the microsecond. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
