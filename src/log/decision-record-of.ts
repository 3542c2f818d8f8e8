import type { Decision } from '../core/decision.ts';
import type { DecisionTrace, Hearing, PolicyVoice } from '../core/decision-trace.ts';
import type { Load } from '../core/load.ts';
import type { ExchangeRecord } from '../core/observer.ts';
import type { Arrival, Dispatch } from '../core/policy.ts';
import { DECISION_RECORD_VERSION, type DecisionRecord } from './decision-record.ts';

export interface TracedRecord extends Omit<ExchangeRecord, 'view' | 'trace'> {
  readonly trace: DecisionTrace;
  /** When it arrived: milliseconds since 1970. */
  readonly arrivedWallMs: number;
  readonly variables: Pick<DecisionRecord, 'meta' | 'cut'>;
}

/** What is written down of one request that policies saw. */
export function decisionRecordOf(record: TracedRecord): DecisionRecord {
  return {
    v: DECISION_RECORD_VERSION,
    time: new Date(record.arrivedWallMs).toISOString(),
    arrived_ms: rounded(record.trace.arrivedMs),
    id: record.id,
    application: record.application,
    ...record.variables,
    ...decided(record, record.trace),
  };
}

function decided(record: TracedRecord, { priority, arrive, dispatch, inflight }: DecisionTrace) {
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
    machine_processors: optional(load.machineProcessors),
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

function arrivalVoice(voice: PolicyVoice<Arrival>) {
  const { answer } = voice;
  const said = whoSaid(voice);
  if (answer === undefined) return said;
  if (!('shed' in answer)) return { ...said, priority: answer.priority };
  return { ...said, shed: answer.shed, retry_after_ms: optional(answer.retryAfterMs) };
}

function dispatchVoice(voice: PolicyVoice<Dispatch>) {
  const { answer } = voice;
  const said = whoSaid(voice);
  if (answer === undefined) return said;
  const { lane, reason } = answer;
  if (lane === 'shed') return { ...said, lane, reason, retry_after_ms: optional(answer.retryAfterMs) };
  return { ...said, lane, reason, warm: answer.warm === true ? answer.warm : undefined };
}

function whoSaid({ policy, faulty, dryRun, grounds }: PolicyVoice<unknown>) {
  return {
    policy,
    faulty: faulty === true ? faulty : undefined,
    dry_run: dryRun === true ? dryRun : undefined,
    grounds: grounds?.map((ground) => ({
      ...ground,
      value: rounded(ground.value),
      threshold: rounded(ground.threshold),
    })),
  };
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
