import { beforeEach, describe, expect, test } from 'vitest';
import type { MachineLoad } from '../../src/core/load.ts';
import type { ApplicationSettings, ApplicationState, GatewayState } from '../../src/metrics/gateway-state.ts';
import { METRIC_DEFINITIONS } from '../../src/metrics/metric-definitions.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { type ProcessSource, THIS_PROCESS } from '../../src/metrics/process-metrics.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { type Family, parseExposition } from './parse-exposition.ts';

const PROCESS: ProcessSource = {
  cpuSeconds: () => 1.5,
  residentBytes: () => 4096,
  openDescriptors: () => 9,
  startedSeconds: 1000,
};
const LOAD: MachineLoad = {
  processors: 1.5,
  machineProcessors: 2,
  loadAverage: 2.25,
  running: 3,
  cpuPressure: 0.5,
  memoryPressure: 0,
  ioPressure: undefined,
  cpuBusy: 0.75,
  memoryAvailable: 1024,
  eventLoopDelayMs: 2,
};
const WIKI: ApplicationState = {
  name: 'wiki',
  inflight: { exec: 2, forward: 0 },
  queued: 4,
  oldestWaitMs: 250,
  retryAfterMs: 1500,
  limits: { exec: 8 },
  daemon: 'none',
};
const SETTINGS: ApplicationSettings = {
  name: 'wiki',
  queueMax: 64,
  parameters: [
    { policy: 'threshold', parameter: 'shed', value: 4 },
    { policy: 'threshold', parameter: 'retry_after', value: 10 },
    { policy: 'threshold', parameter: 'shed', value: 8 },
  ],
};

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics({ version: '1.2.3', bun: '9.9.9', process: PROCESS });
});

const exposition = async (accept?: string): Promise<string> =>
  Buffer.from((await metrics.exposition(accept)).bytes).toString();
const scrape = async (): Promise<Map<string, Family>> => parseExposition(await exposition());
const samplesOf = async (name: string): Promise<Record<string, number>> =>
  Object.fromEntries((await scrape()).get(name)?.samples ?? []);
const gateway = (changes: Partial<GatewayState> = {}): GatewayState => ({
  applications: () => [WIKI],
  settings: () => [SETTINGS],
  load: () => LOAD,
  connections: () => ({ idle: 3, active: 1 }),
  ...changes,
});

describe('the exposition', () => {
  test('is valid, and tells HELP and TYPE of every metric, before anything has happened', async () => {
    const families = await scrape();
    for (const { name, type, help } of Object.values(METRIC_DEFINITIONS)) {
      expect(families.get(name)).toMatchObject({ name, type: type === 'info' ? 'gauge' : type, help });
    }
    expect(families.size).toBe(Object.keys(METRIC_DEFINITIONS).length);
  });

  test('is valid when everything has happened, and stays so at the next scrape', async () => {
    metrics.watch(gateway({ applications: () => [{ ...WIKI, daemon: 'up' }] }));
    metrics.finished(exchangeRecord({ result: 'failed', failure: 'timeout', status: 504 }));
    for (const lane of ['exec', 'forward', 'shed'] as const) {
      metrics.finished(exchangeRecord({ decision: { lane, policy: 'p', reason: 'r' } }));
    }
    metrics.refused('bad-target');
    metrics.daemonStarted('wiki', 'up', 120);
    metrics.daemonFailed('wiki', 'died');
    metrics.policyFault('wiki', 'mine');
    metrics.dryShed('wiki', 'mine', 'full');
    metrics.shadowDecision('wiki', 'mine', 'exec', 'shed');
    metrics.shadowFault('wiki', 'mine');
    metrics.watchOverrides(() => [[600, 'wiki', 'threshold', 'shed']]);
    metrics.busEvent('wiki', 'gateway', 'reload');
    metrics.busRefused('wiki', 'not-allowed');
    metrics.watchLogs(() => ({ log: 2, access: 0 }));
    const first = await scrape();
    const second = await scrape();
    expect(second).toEqual(first);
    for (const [name, family] of first) expect([name, family.samples.size]).not.toEqual([name, 0]);
  });

  test('is valid whatever the names are', async () => {
    metrics.finished(
      exchangeRecord({
        application: 'a"b\\c\nd',
        decision: { lane: 'exec', policy: '{}', reason: 'x="y",z' },
        failure: '\\',
      }),
    );
    await expect(scrape()).resolves.toBeDefined();
  });

  test('names the version of its format', async () => {
    expect((await metrics.exposition()).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  });

  test('is of one gateway only', async () => {
    const other = new Metrics({ version: '0', bun: '0', process: PROCESS });
    other.finished(exchangeRecord());
    expect(await samplesOf('spillway_requests_total')).toEqual({});
  });
});

describe('a finished request', () => {
  test('is counted by its decision and by its status', async () => {
    metrics.finished(exchangeRecord());
    metrics.finished(exchangeRecord());
    metrics.finished(exchangeRecord({ status: 404 }));
    expect(await samplesOf('spillway_decisions_total')).toEqual({
      'spillway_decisions_total{application="wiki",policy="threshold",lane="exec",reason="quiet"}': 3,
    });
    expect(await samplesOf('spillway_requests_total')).toEqual({
      'spillway_requests_total{application="wiki",lane="exec",code="200"}': 2,
      'spillway_requests_total{application="wiki",lane="exec",code="404"}': 1,
    });
  });

  test('is counted once, however often it is scraped', async () => {
    metrics.finished(exchangeRecord());
    await scrape();
    metrics.finished(exchangeRecord());
    await scrape();
    expect(Object.values(await samplesOf('spillway_requests_total'))).toEqual([2]);
  });

  test('without application and decision is counted as `none`, and is in no queue nor backend', async () => {
    metrics.finished(
      exchangeRecord({ application: '', decision: undefined, status: 404, firstByteMs: undefined }),
    );
    expect(await samplesOf('spillway_requests_total')).toEqual({
      'spillway_requests_total{application="none",lane="none",code="404"}': 1,
    });
    for (const name of [
      'decisions_total',
      'queue_wait_seconds',
      'first_byte_seconds',
      'backend_busy_seconds',
    ]) {
      expect(await samplesOf(`spillway_${name}`)).toEqual({});
    }
  });

  test.each([
    ['request_duration', 0.0155],
    ['queue_wait', 0.004],
    ['first_byte', 0.0123],
    ['backend_busy', 0.01425],
  ])('has its %s in seconds: %d', async (name, seconds) => {
    metrics.finished(exchangeRecord({ waitMs: 4 }));
    const samples = await samplesOf(`spillway_${name}_seconds`);
    const labels = '{application="wiki",lane="exec"}';
    expect(samples[`spillway_${name}_seconds_sum${labels}`]).toBeCloseTo(seconds, 9);
    expect(samples[`spillway_${name}_seconds_count${labels}`]).toBe(1);
  });

  test('that is shed keeps no backend busy', async () => {
    metrics.finished(
      exchangeRecord({ decision: { lane: 'shed', policy: 'p', reason: 'r' }, firstByteMs: undefined }),
    );
    expect(await samplesOf('spillway_backend_busy_seconds')).toEqual({});
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])(
    'with a duration of %d harms nothing',
    async (wrong) => {
      metrics.finished(exchangeRecord({ totalMs: wrong, waitMs: wrong, busyMs: wrong, firstByteMs: wrong }));
      await expect(scrape()).resolves.toBeDefined();
      expect(Object.values(await samplesOf('spillway_requests_total'))).toEqual([1]);
    },
  );

  test.each([0, -1, 99, 600, 200.5, Number.NaN])(
    'with a status of %d has the code `none`',
    async (status) => {
      metrics.finished(exchangeRecord({ status }));
      expect(Object.keys(await samplesOf('spillway_requests_total'))[0]).toContain('code="none"');
    },
  );

  test('that failed is counted by its failure; one whose visitor left is no failure', async () => {
    metrics.finished(exchangeRecord({ result: 'failed', failure: 'timeout', status: 504 }));
    metrics.finished(exchangeRecord({ result: 'ignored', failure: 'abandoned', status: 0 }));
    expect(await samplesOf('spillway_failures_total')).toEqual({
      'spillway_failures_total{application="wiki",lane="exec",failure="timeout"}': 1,
    });
    expect(await samplesOf('spillway_abandoned_total')).toEqual({
      'spillway_abandoned_total{application="wiki"}': 1,
    });
  });

  test('adds its bytes', async () => {
    metrics.finished(exchangeRecord({ bytesIn: 10, bytesOut: 100 }));
    metrics.finished(exchangeRecord({ bytesIn: 5, bytesOut: 1 }));
    expect(Object.values(await samplesOf('spillway_received_bytes_total'))).toEqual([15]);
    expect(Object.values(await samplesOf('spillway_sent_bytes_total'))).toEqual([101]);
  });
});

describe('labels are bounded', () => {
  test('the hundred-and-first reason and all after it are `other`, and none is lost', async () => {
    for (let request = 0; request < 300; request += 1) {
      metrics.finished(
        exchangeRecord({
          decision: { lane: 'exec', policy: 'p', reason: `reason-${request}` },
          failure: `f${request}`,
        }),
      );
    }
    for (const name of ['spillway_decisions_total', 'spillway_failures_total']) {
      const samples = await samplesOf(name);
      expect(Object.keys(samples).length).toBe(101);
      expect(Object.entries(samples).find(([key]) => key.includes('"other"'))?.[1]).toBe(200);
    }
  });

  test('so are applications, policies and codes of malformed HTTP', async () => {
    for (let request = 0; request < 3000; request += 1) {
      metrics.finished(
        exchangeRecord({
          application: `a${request}`,
          decision: { lane: 'exec', policy: `p${request}`, reason: 'r' },
        }),
      );
      metrics.refused(`code-${request}`);
    }
    expect(Object.keys(await samplesOf('spillway_abandoned_total')).length).toBe(1001);
    expect(Object.keys(await samplesOf('spillway_refused_requests_total')).length).toBe(201);
    expect(Object.values(await samplesOf('spillway_decisions_total')).reduce((sum, n) => sum + n)).toBe(3000);
  });
});

test('decisions can be asked for without a scrape', () => {
  metrics.finished(exchangeRecord());
  metrics.finished(exchangeRecord({ decision: { lane: 'shed', policy: 'admission', reason: 'queue-full' } }));
  metrics.finished(exchangeRecord());
  expect(metrics.decisionCounts()).toEqual([
    { application: 'wiki', policy: 'threshold', lane: 'exec', reason: 'quiet', total: 2 },
    { application: 'wiki', policy: 'admission', lane: 'shed', reason: 'queue-full', total: 1 },
  ]);
});

describe('malformed HTTP, daemons and policies', () => {
  test('malformed HTTP is counted by code', async () => {
    metrics.refused('bad-target');
    metrics.refused('bad-target');
    expect(await samplesOf('spillway_refused_requests_total')).toEqual({
      'spillway_refused_requests_total{code="bad-target"}': 2,
    });
  });

  test('starts of daemons are counted by result, and only those that came up have a duration', async () => {
    metrics.daemonStarted('wiki', 'up', 120);
    metrics.daemonStarted('wiki', 'start-timeout', 5000);
    expect(await samplesOf('spillway_daemon_starts_total')).toEqual({
      'spillway_daemon_starts_total{application="wiki",result="up"}': 1,
      'spillway_daemon_starts_total{application="wiki",result="start-timeout"}': 1,
    });
    const durations = await samplesOf('spillway_daemon_start_duration_seconds');
    expect(durations['spillway_daemon_start_duration_seconds_sum{application="wiki"}']).toBe(0.12);
    expect(durations['spillway_daemon_start_duration_seconds_count{application="wiki"}']).toBe(1);
  });

  test('daemons that were up and are not any more are counted by what befell them', async () => {
    metrics.daemonFailed('wiki', 'died');
    metrics.daemonFailed('wiki', 'unresponsive');
    metrics.daemonFailed('wiki', 'died');
    expect(await samplesOf('spillway_daemon_failures_total')).toEqual({
      'spillway_daemon_failures_total{application="wiki",failure="died"}': 2,
      'spillway_daemon_failures_total{application="wiki",failure="unresponsive"}': 1,
    });
  });

  test('faults of policies are counted', async () => {
    metrics.policyFault('wiki', 'mine');
    expect(await samplesOf('spillway_policy_faults_total')).toEqual({
      'spillway_policy_faults_total{application="wiki",policy="mine"}': 1,
    });
  });
});

describe("the gateway's state", () => {
  test('is asked for when scraped, and only then', async () => {
    let asked = 0;
    const load = () => {
      asked += 1;
      return LOAD;
    };
    metrics.watch(gateway({ load }));
    metrics.finished(exchangeRecord());
    expect(asked).toBe(0);
    await scrape();
    expect(asked).toBeGreaterThan(0);
  });

  test('has no series before there is a gateway', async () => {
    for (const name of ['spillway_inflight', 'spillway_load_processors', 'spillway_http_connections']) {
      expect(await samplesOf(name)).toEqual({});
    }
  });

  test.each<[string, Record<string, number>]>([
    ['spillway_inflight', { '{application="wiki",lane="exec"}': 2 }],
    ['spillway_limit', { '{application="wiki",lane="exec"}': 8 }],
    ['spillway_queue_length', { '{application="wiki"}': 4 }],
    ['spillway_queue_limit', { '{application="wiki"}': 64 }],
    [
      'spillway_policy_parameter',
      {
        '{application="wiki",policy="threshold",parameter="shed"}': 4,
        '{application="wiki",policy="threshold",parameter="retry_after"}': 10,
      },
    ],
    ['spillway_queue_oldest_wait_seconds', { '{application="wiki"}': 0.25 }],
    ['spillway_retry_after_seconds', { '{application="wiki"}': 1.5 }],
    ['spillway_daemon_state', {}],
    ['spillway_http_connections', { '{state="idle"}': 3, '{state="active"}': 1 }],
    ['spillway_load_processors', { '': 1.5 }],
    ['spillway_load_average', { '': 2.25 }],
    ['spillway_load_running_tasks', { '': 3 }],
    ['spillway_load_pressure_ratio', { '{resource="cpu"}': 0.5, '{resource="memory"}': 0 }],
    ['spillway_load_cpu_busy_ratio', { '': 0.75 }],
    ['spillway_load_memory_available_bytes', { '': 1024 }],
    ['spillway_load_event_loop_delay_seconds', { '': 0.002 }],
    ['spillway_build_info', { '{version="1.2.3",bun="9.9.9"}': 1 }],
    ['process_cpu_seconds_total', { '': 1.5 }],
    ['process_resident_memory_bytes', { '': 4096 }],
    ['process_open_fds', { '': 9 }],
    ['process_start_time_seconds', { '': 1000 }],
  ])('is in %s: %j', async (name, expected) => {
    metrics.watch(gateway());
    const samples = Object.entries(expected).map(([labels, value]) => [`${name}${labels}`, value]);
    expect(await samplesOf(name)).toEqual(Object.fromEntries(samples));
  });

  test('names one state of a daemon and denies the others', async () => {
    metrics.watch(gateway({ applications: () => [{ ...WIKI, daemon: 'starting' }] }));
    const states = Object.entries(await samplesOf('spillway_daemon_state'));
    expect(states.filter(([, value]) => value === 1).map(([key]) => key)).toEqual([
      'spillway_daemon_state{application="wiki",state="starting"}',
    ]);
    expect(states.length).toBe(5);
  });

  test('forgets an application that is gone, and a signal that is unknown again', async () => {
    let state = gateway();
    metrics.watch({
      applications: () => state.applications(),
      settings: () => state.settings(),
      load: () => state.load(),
      connections: () => state.connections(),
    });
    await scrape();
    state = gateway({
      applications: () => [],
      load: () => ({ ...LOAD, loadAverage: undefined, cpuPressure: undefined }),
    });
    expect(await samplesOf('spillway_queue_length')).toEqual({});
    expect(await samplesOf('spillway_load_average')).toEqual({});
    expect(Object.keys(await samplesOf('spillway_load_pressure_ratio'))).toEqual([
      'spillway_load_pressure_ratio{resource="memory"}',
    ]);
  });
});

test("the gateway's own process can be measured here", () => {
  expect(THIS_PROCESS.cpuSeconds()).toBeGreaterThan(0);
  expect(THIS_PROCESS.residentBytes()).toBeGreaterThan(1_000_000);
  expect(THIS_PROCESS.openDescriptors() ?? 1).toBeGreaterThan(0);
  expect(THIS_PROCESS.startedSeconds).toBeGreaterThan(1_500_000_000);
});
