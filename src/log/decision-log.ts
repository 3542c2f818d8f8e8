import type { Clock } from '../core/clock.ts';
import type { Decision } from '../core/decision.ts';
import type { DecisionTrace, Hearing, PolicyVoice } from '../core/decision-trace.ts';
import type { Load } from '../core/load.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import type { Arrival, Dispatch } from '../core/policy.ts';
import type { View } from '../core/view.ts';
import { DECISION_RECORD_VERSION, type DecisionRecord } from './decision-record.ts';
import { escapeControls } from './escape-controls.ts';
import type { LogOutput } from './log-output.ts';

/** Characters of one value that are recorded, and of all values of a request: a line stays far below the size of a file. */
const LONGEST_VALUE = 4096;
const ALL_VALUES = 16 * 1024;

export interface DecisionLogOptions {
  readonly output: LogOutput;
  /** Names of the meta-variables to record. */
  readonly variables: readonly string[];
  /** The gateway's. */
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** A line for every request that an application's policies saw, as `decision-record.ts` has it. Needs traced records. */
export class DecisionLog implements Observer {
  readonly #output: LogOutput;
  readonly #variables: readonly string[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #wallClock: () => number;

  constructor({ output, variables, clock, wallClock = Date.now }: DecisionLogOptions) {
    this.#output = output;
    this.#variables = variables;
    this.#clock = clock;
    this.#wallClock = wallClock;
  }

  finished(record: ExchangeRecord): void {
    const { trace } = record;
    if (trace === undefined || record.application === '') return;
    const wallMs = this.#wallClock() - (this.#clock.now() - trace.arrivedMs);
    const line = JSON.stringify({
      v: DECISION_RECORD_VERSION,
      time: new Date(wallMs).toISOString(),
      arrived_ms: rounded(trace.arrivedMs),
      id: record.id,
      application: record.application,
      ...this.#variablesOf(record.view),
      ...decided(record, trace),
    } satisfies DecisionRecord);
    this.#output.write(`${escapeControls(line)}\n`);
  }

  #variablesOf(view: View): Pick<DecisionRecord, 'meta' | 'cut'> {
    const meta: Record<string, string> = {};
    const cut: string[] = [];
    let room = ALL_VALUES;
    for (const name of this.#variables) {
      const value = view.meta(name);
      if (value === undefined) continue;
      const kept = value.slice(0, Math.min(LONGEST_VALUE, room));
      room -= kept.length;
      meta[name] = kept;
      if (kept.length < value.length) cut.push(name);
    }
    return { meta, cut: cut.length === 0 ? undefined : cut };
  }
}

function decided(record: ExchangeRecord, { priority, arrive, dispatch, inflight }: DecisionTrace) {
  return {
    priority,
    arrive: arrive && { ...heard(arrive), policies: arrive.voices.map(arrivalVoice) },
    dispatch: dispatch && { ...heard(dispatch), policies: dispatch.voices.map(dispatchVoice) },
    decision: record.decision && decisionOf(record.decision),
    inflight,
    wait_ms: rounded(record.waitMs),
    first_byte_ms: optional(record.firstByteMs),
    busy_ms: rounded(record.busyMs),
    total_ms: rounded(record.totalMs),
    result: record.result,
    failure: record.failure,
    status: record.status,
    bytes_in: record.bytesIn,
    bytes_out: record.bytesOut,
  };
}

function heard({ atMs, load, limits }: Hearing<unknown>) {
  const known = Object.entries(limits).map(([lane, limit]) => [lane, Number.isFinite(limit) ? limit : null]);
  return { at_ms: rounded(atMs), load: loadOf(load), limits: Object.fromEntries(known) };
}

function loadOf(load: Load): NonNullable<DecisionRecord['arrive']>['load'] {
  return {
    processors: load.processors,
    load_average: optional(load.loadAverage),
    running: optional(load.running),
    cpu_pressure: optional(load.cpuPressure),
    memory_pressure: optional(load.memoryPressure),
    io_pressure: optional(load.ioPressure),
    cpu_busy: optional(load.cpuBusy),
    memory_available: optional(load.memoryAvailable),
    event_loop_delay_ms: optional(load.eventLoopDelayMs),
    lanes: [...load.lanes],
    daemon: load.daemon,
    inflight: { exec: load.inflight.exec, forward: load.inflight.forward },
    queued: load.queued,
    oldest_wait_ms: rounded(load.oldestWaitMs),
  };
}

// Of an answer only what the contract has: a policy may return an object with anything else in it.

function arrivalVoice({ policy, answer, faulty }: PolicyVoice<Arrival>) {
  if (answer === undefined) return faulty === true ? { policy, faulty } : { policy };
  if (!('shed' in answer)) return { policy, priority: answer.priority };
  return { policy, shed: answer.shed, retry_after_ms: optional(answer.retryAfterMs) };
}

function dispatchVoice({ policy, answer, faulty }: PolicyVoice<Dispatch>) {
  if (answer === undefined) return faulty === true ? { policy, faulty } : { policy };
  const { lane, reason } = answer;
  if (lane === 'shed') return { policy, lane, reason, retry_after_ms: optional(answer.retryAfterMs) };
  return { policy, lane, reason, warm: answer.warm === true ? answer.warm : undefined };
}

function decisionOf({ lane, policy, reason, warm, retryAfterMs }: Decision) {
  return {
    lane,
    policy,
    reason,
    warm: warm === true ? warm : undefined,
    retry_after_ms: optional(retryAfterMs),
  };
}

/** To the microsecond. What a policy says may be as large as numbers get. */
function rounded(value: number): number {
  return Math.abs(value) < 1e15 ? Math.round(value * 1000) / 1000 : value;
}

function optional(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : rounded(value);
}
