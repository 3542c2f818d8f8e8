import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { PassageTrace } from '../../src/admission/passage-trace.ts';
import type { Load } from '../../src/core/load.ts';
import type { Arrival, Dispatch, Policy } from '../../src/core/policy.ts';
import { DecisionLog } from '../../src/log/decision-log.ts';
import { type DecisionRecord, decisionRecordSchema } from '../../src/log/decision-record.ts';
import { PolicyChain } from '../../src/policy/policy-chain.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { MemoryOutput } from './memory-output.ts';

const view = viewOf({ REQUEST_METHOD: 'GET', REQUEST_URI: '/wiki/?x=1', HTTP_COOKIE: 'secret' });

let output: MemoryOutput;
beforeEach(() => {
  output = new MemoryOutput();
});

function logOf(variables = ['REQUEST_METHOD', 'REQUEST_URI', 'HTTP_USER_AGENT']): DecisionLog {
  return new DecisionLog({
    output,
    variables,
    clock: { now: () => 5000 },
    wallClock: () => Date.UTC(2030, 0, 2, 3, 4, 5, 678),
  });
}

/** The trace of a request that these policies, named a, b and so on, were asked about. */
function traceOf(policies: readonly Policy[], load: Load = idleLoad()): PassageTrace {
  const chain = new PolicyChain(
    policies.map((policy, index) => ({
      name: String.fromCharCode(97 + index),
      reasons: ['busy', 'full'],
      policy,
    })),
    () => {},
  );
  const application = { load, limit: () => chain.limit('exec') };
  const trace = new PassageTrace(1000);
  const arrival = chain.arrive(view, load, trace.arriving(1000, application));
  if ('priority' in arrival) {
    trace.priority = arrival.priority;
    chain.dispatch(view, load, trace.dispatching(1250.0004, application));
    trace.inflight = 1;
  }
  return trace;
}

/** What was written, each line against the schema. */
function written(): DecisionRecord[] {
  return output.lines.map((line) => decisionRecordSchema.parse(JSON.parse(line)));
}

describe('a record', () => {
  test('has the arrival by both clocks, the load, the limits, the word of every policy, and the outcome', () => {
    const trace = traceOf([
      { arrive: () => ({ priority: 2 }), dispatch: () => undefined, limit: () => 4 },
      {
        arrive: () => undefined,
        dispatch: () => ({ lane: 'exec', reason: 'busy', warm: true }),
      },
      { dispatch: () => ({ lane: 'forward', reason: 'busy' }) },
    ]);
    logOf().finished(exchangeRecord({ view, trace, waitMs: 249.12345 }));
    const load = {
      ...{ processors: expect.any(Number), lanes: expect.any(Array), daemon: expect.any(String) },
      ...{ inflight: { exec: 0, forward: 0 }, queued: 0, oldest_wait_ms: 0 },
    };
    expect(written()).toEqual([
      {
        v: 1,
        time: '2030-01-02T03:04:01.678Z',
        arrived_ms: 1000,
        id: 'r1',
        application: 'wiki',
        meta: { REQUEST_METHOD: 'GET', REQUEST_URI: '/wiki/?x=1' },
        priority: 2,
        arrive: {
          at_ms: 1000,
          load: expect.objectContaining(load),
          limits: expect.objectContaining({ exec: 4 }),
          policies: [{ policy: 'a', priority: 2 }, { policy: 'b' }],
        },
        dispatch: {
          at_ms: 1250,
          load: expect.objectContaining(load),
          limits: expect.objectContaining({ exec: 4 }),
          policies: [
            { policy: 'a' },
            { policy: 'b', lane: 'exec', reason: 'busy', warm: true },
            { policy: 'c', lane: 'forward', reason: 'busy' },
          ],
        },
        decision: { lane: 'exec', policy: 'threshold', reason: 'quiet' },
        inflight: 1,
        wait_ms: 249.123,
        first_byte_ms: 12.3,
        busy_ms: 14.25,
        total_ms: 15.5,
        result: 'served',
        status: 200,
        bytes_in: 0,
        bytes_out: 5123,
      },
    ]);
  });

  test('has every signal of the load that was measured', () => {
    const load: Load = {
      ...idleLoad(),
      ...{
        processors: 4,
        machineProcessors: 8,
        loadAverage: 1.5,
        running: 3,
        cpuPressure: 0.1,
        memoryPressure: 0.2,
        ioPressure: 0.3,
      },
      ...{
        cpuBusy: 0.4,
        memoryAvailable: 1e9,
        eventLoopDelayMs: 2,
        lanes: ['exec', 'forward'],
        daemon: 'up',
      },
      ...{ inflight: { exec: 2, forward: 5 }, queued: 6, oldestWaitMs: 70 },
    };
    logOf().finished(exchangeRecord({ trace: traceOf([{}], load) }));
    expect(written()[0]?.arrive?.load).toEqual({
      ...{
        processors: 4,
        machine_processors: 8,
        load_average: 1.5,
        running: 3,
        cpu_pressure: 0.1,
        memory_pressure: 0.2,
        io_pressure: 0.3,
      },
      ...{
        cpu_busy: 0.4,
        memory_available: 1e9,
        event_loop_delay_ms: 2,
        lanes: ['exec', 'forward'],
        daemon: 'up',
      },
      ...{ inflight: { exec: 2, forward: 5 }, queued: 6, oldest_wait_ms: 70 },
    });
    expect(written()[0]?.arrive?.limits).toEqual({ exec: null, forward: null });
  });

  test('keeps the load of its moment, whatever comes after', () => {
    const inflight = { exec: 1, forward: 0 };
    const load = { ...idleLoad(), inflight };
    const trace = traceOf([{}], load);
    inflight.exec = 99;
    logOf().finished(exchangeRecord({ trace }));
    expect(written()[0]?.arrive?.load.inflight.exec).toBe(1);
  });

  test('tells a shed at the arrival, and a policy that failed', () => {
    const trace = traceOf([
      {
        arrive: () => {
          throw new Error('a slip');
        },
      },
      { arrive: () => ({ shed: 'full', retryAfterMs: 7000 }) },
    ]);
    const decision = { lane: 'shed', policy: 'b', reason: 'full', retryAfterMs: 7000 } as const;
    logOf().finished(exchangeRecord({ trace, decision, result: 'ignored', firstByteMs: undefined }));
    expect(written()[0]).toMatchObject({
      arrive: {
        policies: [
          { policy: 'a', faulty: true },
          { policy: 'b', shed: 'full', retry_after_ms: 7000 },
        ],
      },
      decision: { lane: 'shed', policy: 'b', reason: 'full', retry_after_ms: 7000 },
    });
    expect(written()[0]).not.toHaveProperty('dispatch');
    expect(written()[0]).not.toHaveProperty('inflight');
  });

  test('has no variable but those that were chosen', () => {
    logOf(['REQUEST_METHOD']).finished(exchangeRecord({ view, trace: traceOf([{}]) }));
    expect(written()[0]?.meta).toEqual({ REQUEST_METHOD: 'GET' });
    expect(output.text).not.toContain('secret');
  });

  test('takes from an answer only what the contract has', () => {
    const strange = { lane: 'exec', reason: 'busy', warm: 'yes', extra: 1n } as unknown as Dispatch;
    const circular = { priority: 1 } as { priority: number; self?: unknown };
    circular.self = circular;
    const trace = traceOf([{ arrive: () => circular as Arrival, dispatch: () => strange }]);
    logOf().finished(exchangeRecord({ trace }));
    expect(written()[0]?.dispatch?.policies).toEqual([{ policy: 'a', lane: 'exec', reason: 'busy' }]);
  });

  test('cuts long values, says which, and stays of bounded length', () => {
    const names = Array.from({ length: 20 }, (_, index) => `HTTP_X_${index}`);
    const long = viewOf(Object.fromEntries(names.map((name) => [name, '\x7f'.repeat(10_000)])));
    logOf(names).finished(exchangeRecord({ view: long, trace: traceOf([{}]) }));
    const [record] = written();
    expect(record?.meta.HTTP_X_0).toBe('\x7f'.repeat(4096));
    expect(record?.cut).toEqual(names);
    expect(output.text.length).toBeLessThan(120 * 1024);
  });

  test('is not made of a request that no application had, nor without a trace', () => {
    logOf().finished(exchangeRecord({ application: '', trace: new PassageTrace(0) }));
    logOf().finished(exchangeRecord());
    expect(output.text).toBe('');
  });

  test('is one line of valid JSON that fits the schema, whatever visitors send', () => {
    const bytes = fc.uint8Array().map((array) => String.fromCharCode(...array));
    const trace = traceOf([{}]);
    const log = logOf(['REQUEST_URI', 'HTTP_USER_AGENT']);
    fc.assert(
      fc.property(bytes, bytes, fc.double(), (target, agent, strangeMs) => {
        output.text = '';
        log.finished(
          exchangeRecord({
            view: viewOf({ REQUEST_URI: target, HTTP_USER_AGENT: agent }),
            trace,
            firstByteMs: strangeMs,
          }),
        );
        expect(output.text).toMatch(/^[^\n\r\u0085\u2028]*\n$/);
        expect(written()[0]?.meta).toEqual({ REQUEST_URI: target, HTTP_USER_AGENT: agent });
      }),
    );
  });
});
