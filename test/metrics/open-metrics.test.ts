import { beforeEach, describe, expect, test } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { exchangeRecord } from '../support/exchange-record.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

let nowMs = 1_800_000_000_000;
let metrics: Metrics;
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  metrics = new Metrics({ version: '1.2.3', bun: '9.9.9', wallClock: () => nowMs });
});

async function expose(accept = 'application/openmetrics-text'): Promise<string[]> {
  const { bytes } = await metrics.exposition(accept);
  return Buffer.from(bytes).toString().split('\n');
}

describe('which format a scraper gets is by its Accept field', () => {
  test.each([
    [undefined, TEXT],
    ['', TEXT],
    ['*/*', TEXT],
    ['text/html, */*;q=0.8', TEXT],
    ['text/plain', TEXT],
    ['application/json', TEXT],
    ['application/openmetrics-text;q=0', TEXT],
    ['text/plain, application/openmetrics-text;q=0.5', TEXT],
    ['no media type at all;;;', TEXT],
    ['application/openmetrics-text', OPEN_METRICS],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', OPEN_METRICS],
    // Prometheus 2.42, and 3.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      OPEN_METRICS,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      OPEN_METRICS,
    ],
  ])('%s: %s', async (accept, contentType) => {
    expect((await metrics.exposition(accept)).contentType).toBe(contentType);
  });
});

describe('OpenMetrics', () => {
  test('begins with what is scraped, and has nothing after its end', async () => {
    const lines = await expose();
    expect(lines.slice(0, 3)).toEqual([
      '# TYPE target info',
      '# HELP target Always 1; its labels say what it is that is scraped, by the names of OpenTelemetry.',
      'target_info{service_name="spillway",service_version="1.2.3",process_runtime_name="bun",process_runtime_version="9.9.9"} 1',
    ]);
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
    expect(lines.slice(0, -1)).not.toContain('');
  });

  test('names families without the suffix of their samples, and their unit', async () => {
    metrics.finished(exchangeRecord());
    const lines = await expose();
    for (const line of [
      '# TYPE spillway_requests counter',
      '# TYPE spillway_build info',
      '# TYPE spillway_sent_bytes counter',
      '# UNIT spillway_sent_bytes bytes',
      '# TYPE spillway_request_duration_seconds histogram',
      '# UNIT spillway_request_duration_seconds seconds',
      '# UNIT process_cpu_seconds seconds',
      'spillway_requests_total{application="wiki",lane="exec",code="200"} 1',
      'spillway_request_duration_seconds_bucket{le="+Inf",application="wiki",lane="exec"} 1',
    ])
      expect(
        lines.some((one) => one.startsWith(line)),
        line,
      ).toBe(true);
    expect(lines.some((line) => /^# (TYPE|HELP|UNIT) \S+_(total|info)\b/.test(line))).toBe(false);
  });

  test('has the same samples as the text, but for the exemplars', async () => {
    metrics.finished(exchangeRecord());
    const samples = (lines: string[]) =>
      lines
        .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('process_'))
        .map((line) => line.replace(/ # .*/, ''));
    expect(samples(await expose())).toEqual(samples(await expose('text/plain')));
  });

  test('writes whole bounds as 1.0, in both formats: another spelling would be another series', async () => {
    metrics.finished(exchangeRecord());
    for (const accept of ['application/openmetrics-text', 'text/plain'])
      expect((await expose(accept)).some((line) => line.includes('le="1.0"'))).toBe(true);
  });
});

describe('an exemplar', () => {
  const bucketsWithOne = (lines: readonly string[]): string[] =>
    lines.filter((line) => line.startsWith('spillway_request_duration') && line.includes(' # '));

  test('is the request that fell into the bucket, with its id, its seconds and its time', async () => {
    metrics.finished(exchangeRecord({ id: 'abc', totalMs: 15.5 }));
    expect(bucketsWithOne(await expose())).toEqual([
      'spillway_request_duration_seconds_bucket{le="0.025",application="wiki",lane="exec"} 1 # {request_id="abc"} 0.0155 1800000000',
    ]);
    expect(await expose()).toContain(
      'spillway_decisions_total{application="wiki",policy="threshold",lane="exec",reason="quiet"} 1 # {request_id="abc"} 1 1800000000',
    );
  });

  test('is in OpenMetrics only', async () => {
    metrics.finished(exchangeRecord());
    expect((await expose('text/plain')).filter((line) => / # \{/.test(line))).toEqual([]);
  });

  test('stands for a second, so that a flood does not pay for it', async () => {
    metrics.finished(exchangeRecord({ id: 'first' }));
    nowMs += 999;
    metrics.finished(exchangeRecord({ id: 'second' }));
    expect(bucketsWithOne(await expose())[0]).toContain('first');
    nowMs += 1;
    metrics.finished(exchangeRecord({ id: 'third' }));
    expect(bucketsWithOne(await expose())[0]).toContain('third');
  });

  test.each([
    [118, 1],
    [119, 0],
  ])(
    'of an id of %i characters is written %i times: 128 is all that a name and its value may have',
    async (length, times) => {
      metrics.finished(exchangeRecord({ id: 'x'.repeat(length) }));
      expect(bucketsWithOne(await expose()).length).toBe(times);
    },
  );
});

describe('the buckets', () => {
  test('reach from 1 ms to 30 s', async () => {
    metrics.finished(exchangeRecord());
    const bounds = (await expose()).flatMap(
      (line) => /^spillway_queue_wait.*le="([^"]+)"/.exec(line)?.[1] ?? [],
    );
    expect([bounds[0], bounds.at(-2), bounds.at(-1)]).toEqual(['0.001', '30.0', '+Inf']);
  });

  test('are those of the configuration, in every histogram of requests', async () => {
    metrics = new Metrics({ version: '1', bun: '1', bucketsMs: [5, 500], wallClock: () => nowMs });
    metrics.finished(exchangeRecord());
    const lines = await expose('text/plain');
    for (const name of ['request_duration', 'first_byte', 'queue_wait', 'backend_busy'])
      expect(lines.filter((line) => line.startsWith(`spillway_${name}_seconds_bucket`)).length, name).toBe(3);
    expect(lines).toContain(
      'spillway_request_duration_seconds_bucket{le="0.005",application="wiki",lane="exec"} 0',
    );
    expect(lines).toContain(
      'spillway_request_duration_seconds_bucket{le="0.5",application="wiki",lane="exec"} 1',
    );
  });
});

describe('an answer is good', () => {
  test.each([
    ['that came in time', {}, 1],
    ['that says there is no such page', { status: 404 }, 1],
    ['whose visitor took long to read it', { totalMs: 60_000 }, 1],
    ['no more when it waited and worked for longer than the goal', { waitMs: 200, busyMs: 101 }, 0],
    ['at the goal exactly', { waitMs: 200, busyMs: 100 }, 1],
    ['no more when the application says that it failed', { status: 500 }, 0],
    ['no more when it was cut', { result: 'failed', failure: 'timeout' }, 0],
    ['no more when the visitor had left', { result: 'ignored', failure: 'abandoned' }, 0],
    [
      'never when it is the overload page',
      { status: 503, decision: { lane: 'shed', policy: 'p', reason: 'r' } },
      0,
    ],
    ['never when it was refused before a decision', { status: 404, decision: undefined }, 0],
  ] as const)('%s', async (_, changes, good) => {
    metrics = new Metrics({ version: '1', bun: '1', goodWithinMs: 300, wallClock: () => nowMs });
    metrics.finished(exchangeRecord(changes));
    expect(await expose('text/plain')).toContain(`spillway_good_answers_total{application="wiki"} ${good}`);
  });
});

describe('a scrape', () => {
  function fill(applications: number): void {
    for (let application = 0; application < applications; application += 1)
      for (const lane of ['exec', 'forward', 'shed'] as const)
        metrics.finished(
          exchangeRecord({ application: `a${application}`, decision: { lane, policy: 'p', reason: 'r' } }),
        );
  }

  test('of 21 applications takes under 2 ms', async () => {
    fill(21);
    let least = Number.POSITIVE_INFINITY;
    // The least of many: what else the machine does is not its cost.
    for (let round = 0; round < 100; round += 1) {
      const begun = performance.now();
      await metrics.exposition();
      least = Math.min(least, performance.now() - begun);
    }
    expect(least).toBeLessThan(2);
  });

  test('of very many lets others have their turns while it is made', async () => {
    fill(300);
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const { bytes } = await metrics.exposition();
    over = true;
    // A turn for each piece of 64 Ki, at least.
    expect(turns).toBeGreaterThanOrEqual(Math.floor(bytes.length / 70_000));
    expect(turns).toBeGreaterThan(10);
  });
});
