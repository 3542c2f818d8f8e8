import { beforeEach, describe, expect, test } from 'vitest';
import type { Lane } from '../../src/core/lane.ts';
import { emptyLoad } from '../../src/load/empty-load.ts';
import type { Logger } from '../../src/log/logger.ts';
import { StateLog } from '../../src/log/state-log.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let log: StateLog;
let said: { level: string; event: string; [field: string]: unknown }[];
beforeEach(() => {
  clock = new VirtualClock();
  said = [];
  const at = (level: string) => (event: string, fields?: object) => said.push({ level, event, ...fields });
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const load = { ...emptyLoad(), processors: 2, loadAverage: 7.5, running: 9, cpuPressure: 0.98765 };
  log = new StateLog({ logger, clock, load: () => load });
});

const events = () => said.map(({ event }) => event);
const request = (lane: Lane, application = 'wiki', reason = lane === 'shed' ? 'overloaded' : 'quiet') =>
  log.finished(exchangeRecord({ application, decision: { lane, policy: 'threshold', reason } }));

describe('shedding', () => {
  test('is said once when it begins, with the reason and the load', () => {
    for (let shed = 0; shed < 1000; shed += 1) request('shed');
    expect(said).toEqual([
      {
        level: 'warn',
        event: 'shedding-began',
        application: 'wiki',
        policy: 'threshold',
        reason: 'overloaded',
        processors: 2,
        load_average: 7.5,
        running: 9,
        cpu_pressure: 0.99,
        memory_pressure: undefined,
        io_pressure: undefined,
        cpu_busy: undefined,
        memory_available_bytes: undefined,
      },
    ]);
  });

  test('is said to have ended after 5 s without a shed, with what was counted', () => {
    request('exec');
    request('shed');
    clock.advance(3000);
    request('exec');
    request('shed', 'wiki', 'queue_full');
    request('shed', 'wiki', 'queue_full');
    clock.advance(4999);
    expect(events()).toEqual(['shedding-began']);
    clock.advance(1);
    expect(said[1]).toMatchObject({
      level: 'info',
      event: 'shedding-ended',
      application: 'wiki',
      shed: 3,
      shed_by_reason: { 'threshold: overloaded': 1, 'threshold: queue_full': 2 },
      run_meanwhile: 1,
      lasted_ms: 3000,
      load_average: 7.5,
    });
  });

  test('that comes back soon is one and the same; later it is another', () => {
    for (let second = 0; second < 60; second += 1) {
      request('shed');
      request('exec');
      clock.advance(1000);
    }
    expect(events()).toEqual(['shedding-began']);
    clock.advance(5000);
    request('shed');
    expect(events()).toEqual(['shedding-began', 'shedding-ended', 'shedding-began']);
    expect(said[1]).toMatchObject({ shed: 60, run_meanwhile: 60 });
  });

  test('is one timer, however many are shed', () => {
    for (let shed = 0; shed < 1000; shed += 1) request('shed');
    expect(clock.pending).toBe(1);
  });

  test('of one application says nothing of another', () => {
    request('shed', 'wiki');
    request('exec', 'tracker');
    request('shed', 'tracker');
    expect(said.map(({ application }) => application)).toEqual(['wiki', 'tracker']);
  });
});

describe('the lane in force', () => {
  test('is not said when it is the first', () => {
    request('exec');
    request('exec');
    expect(said).toEqual([]);
  });

  test('is said when it changes', () => {
    request('exec');
    request('forward', 'wiki', 'busy');
    request('forward', 'wiki', 'busy');
    expect(said).toMatchObject([
      {
        level: 'info',
        event: 'lane-changed',
        from: 'exec',
        to: 'forward',
        reason: 'busy',
        changes: 1,
        running: 9,
      },
    ]);
  });

  test('is said at most every 5 s, with how often it changed', () => {
    request('exec');
    for (let change = 0; change < 100; change += 1) {
      request('forward');
      request('exec');
    }
    request('forward');
    request('exec');
    expect(events()).toEqual(['lane-changed']);
    clock.advance(5000);
    expect(said.slice(1)).toMatchObject([
      { event: 'lane-changed', from: 'forward', to: 'exec', changes: 201 },
    ]);
  });

  test('is not said again when it is back where it was', () => {
    request('exec');
    request('forward');
    request('exec');
    request('forward');
    clock.advance(60_000);
    expect(events()).toEqual(['lane-changed']);
    request('exec');
    expect(said[1]).toMatchObject({ from: 'forward', to: 'exec', changes: 1 });
  });

  test('is not that of a shed', () => {
    request('exec');
    request('shed');
    request('exec');
    expect(events()).toEqual(['shedding-began']);
  });
});

test('a request without a decision changes no state', () => {
  log.finished(exchangeRecord({ decision: undefined, failure: 'no_route', status: 404 }));
  log.finished(exchangeRecord({ application: '' }));
  expect([said, clock.pending]).toEqual([[], 0]);
});

test('a stop says what was counted, and leaves no timer behind', () => {
  request('exec');
  request('forward');
  request('shed');
  log.close();
  expect(events()).toEqual(['lane-changed', 'shedding-began', 'shedding-ended']);
  expect(clock.pending).toBe(0);
});
