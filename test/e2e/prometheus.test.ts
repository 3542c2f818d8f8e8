import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboard } from '../../scripts/grafana/dashboard.ts';
import { DecisionCounts } from '../../src/frontend/decision-counts.ts';
import { stateFolder } from '../../src/frontend/state-folder.ts';
import { expressionsOf, metricsIn, withVariables } from '../grafana/expressions-of.ts';
import { peer } from '../support/peer.ts';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { runCommand } from './run-command.ts';
import { RunningPrometheus } from './running-prometheus.ts';
import { RunningSpillway } from './running-spillway.ts';

const prometheus = peer('Prometheus', 'prometheus');
const promtool = peer('promtool', 'promtool');
const bin = join(import.meta.dirname, '../../bin/spillway');
const guestbook = join(import.meta.dirname, '../../demo/guestbook');

/** What has nothing to show in this test, by a part of its expression, and why that is as it should be. */
const emptyByNature: readonly (readonly [part: string, why: string])[] = [
  ['spillway_bus_', 'no application is on the bus'],
  ['spillway_shadow_faults_total', 'the shadow is sound'],
  [
    'spillway_config_last_reload_successful{job=~".+",instance=~".+"} == 0',
    'the last reload was a good one: seen red on its own',
  ],
  ...(existsSync('/proc/pressure/cpu')
    ? []
    : ([['spillway_load_pressure_ratio', 'this kernel measures no pressure']] as const)),
];

let gateway: RunningSpillway | undefined;
let scraper: RunningPrometheus | undefined;

afterEach(async () => {
  await scraper?.stop();
  scraper = undefined;
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

function program(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/**
 * Something of everything: a daemon that dies every few seconds, a program that fails, one that is too slow for its queue, a broken policy, one on trial, a
 * parameter set by hand.
 */
async function serveEverything(): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  const answer = 'printf "Content-Type: text/plain\\n\\nhello"';
  program(folder, 'good.cgi', answer);
  program(folder, 'slow.cgi', `sleep 0.2; ${answer}`);
  program(folder, 'bad.cgi', 'exit 1');
  program(folder, 'daemon', `${guestbook}/guestbook.scgi "$1" & sleep 3; kill $!; exit 1`);
  writeFileSync(
    join(folder, 'broken.js'),
    `export default { name: 'broken', when: 'in a test', source: 'the test', parameters: {}, signals: [], reasons: ['fine'],
  create: () => ({ dispatch(view) { if (view.meta('QUERY_STRING') === 'fault') throw new Error('on purpose'); return { lane: 'exec', reason: 'fine' }; } }) };\n`,
  );
  writeFileSync(
    join(folder, 'stricter.js'),
    `export default { name: 'stricter', when: 'in a test', source: 'the test', parameters: {}, signals: [], reasons: ['fine', 'unloved'],
  create: () => ({ dispatch: (view) => view.meta('QUERY_STRING') === 'unloved' ? { lane: 'shed', reason: 'unloved' } : { lane: 'exec', reason: 'fine' } }) };\n`,
  );
  const running = await RunningSpillway.start(
    folder,
    `control: { socket: ./control }
applications:
  book:
    at: /book
    cgi: { program: ${guestbook}/guestbook.cgi }
    scgi: { address: unix:./book.sock, daemon: { command: [./daemon, ./book.sock] } }
    environment: { GUESTBOOK_DATA: ./data }
    policies: [ { threshold: { start: 0.01, shed: 100, half_life: 10ms } }, gradient ]
    shadow: [ ./stricter.js ]
  good: { at: /good, cgi: { program: ./good.cgi } }
  slow: { at: /slow, cgi: { program: ./slow.cgi }, policies: [ { fixed: { exec: 1 } } ], queue: { max: 1, timeout: 150ms } }
  bad: { at: /bad, cgi: { program: ./bad.cgi } }
  broken: { at: /broken, cgi: { program: ./good.cgi }, policies: [ ./broken.js ] }
  trial: { at: /trial, cgi: { program: ./good.cgi }, policies: [ { ./stricter.js: { dry_run: true } }, fixed ] }
`,
  );
  const file = join(folder, 'spillway.yaml');
  const set = await runCommand(bin, ['set', 'trial', 'fixed.exec=50', '--for', '10m', '--config', file]);
  expect(set.code, set.output).toBe(0);
  return running;
}

/** A short flood of everything that there is to count. */
async function visit(running: RunningSpillway): Promise<void> {
  const get = (path: string, options: RequestInit = {}) =>
    fetch(running.address + path, options)
      .then((response) => response.arrayBuffer())
      .catch(() => {});
  // As a one-shot frontend would have.
  const state = stateFolder(running.folder, 'book');
  mkdirSync(state, { recursive: true });
  const counts = new DecisionCounts(join(state, 'counts'));
  for (const lane of ['exec', 'shed'] as const)
    expect(counts.count({ application: 'book', lane, policy: 'fixed', reason: 'any' })).toBeUndefined();
  await Promise.all([
    ...Array.from({ length: 10 }, () => get('/book')),
    get('/trial?unloved'),
    get('/book?unloved'),
    ...Array.from({ length: 10 }, () => get('/good', { method: 'POST', body: 'some' })),
    ...Array.from({ length: 5 }, () => get('/slow')),
    get('/slow', { signal: AbortSignal.timeout(20) }),
    get('/bad'),
    get('/broken?fault'),
    get('/nowhere'),
    say(running, 'no HTTP at all\r\n\r\n'),
  ]);
}

/** On a connection of its own, which the bytes make the gateway end. */
async function say(running: RunningSpillway, bytes: string): Promise<void> {
  const client = await RawHttpClient.connect(running.port);
  client.send(bytes);
  await client.untilOver(15_000);
  client.leave();
}

describe.skipIf(!prometheus.available)('a real Prometheus', () => {
  test('finds data for every expression of the dashboard and of the rules, and keeps exemplars', async () => {
    const running = await serveEverything();
    gateway = running;
    const scraping = await RunningPrometheus.start(prometheus.path, running.adminAddress);
    scraper = scraping;
    const { groups } = parse(readFileSync(join(import.meta.dirname, '../../grafana/rules.yml'), 'utf8')) as {
      groups: { rules: { record?: string; expr: string }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    const wanted = [
      ...expressionsOf(dashboard()).map(({ where, expression }) => ({
        where,
        expression: withVariables(expression, '30s'),
      })),
      ...rules.flatMap(({ record }) => (record === undefined ? [] : [{ where: 'rule', expression: record }])),
      // An alert is empty when all is well, and tested by promtool; here, that what it looks at is there.
      ...rules.flatMap(({ expr }) =>
        metricsIn(expr).map((metric) => ({ where: `what rules look at`, expression: metric })),
      ),
    ];
    const isExcused = (expression: string) => emptyByNature.some(([part]) => expression.includes(part));
    let missing = wanted.filter(({ expression }) => !isExcused(expression));
    await running
      .until(async () => {
        await visit(running);
        const found = await Promise.all(missing.map(({ expression }) => scraping.seriesOf(expression)));
        missing = missing.filter((_, index) => found[index] === 0);
        return missing.length === 0;
      }, 90_000)
      .catch((error: unknown) => {
        expect(missing, String(error)).toEqual([]);
      });
    // Those that are empty by nature are at least expressions.
    for (const { expression } of wanted) await scraping.seriesOf(expression);

    const { groups: evaluated } = await scraping.get<{
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }>('rules');
    for (const { name, health, lastError } of evaluated.flatMap((group) => group.rules))
      expect([name, health, lastError]).toEqual([name, 'ok', undefined]);

    const exemplars = await scraping.get<
      { seriesLabels: { __name__: string }; exemplars: { labels: { request_id: string } }[] }[]
    >('query_exemplars', {
      query: 'spillway_request_duration_seconds_bucket or spillway_decisions_total',
      start: String(Date.now() / 1000 - 300),
      end: String(Date.now() / 1000 + 10),
    });
    expect(new Set(exemplars.map(({ seriesLabels }) => seriesLabels.__name__))).toEqual(
      new Set(['spillway_request_duration_seconds_bucket', 'spillway_decisions_total']),
    );
    const ids = new Set(running.requests().map(({ id }) => id));
    for (const { labels } of exemplars.flatMap((series) => series.exemplars))
      expect(ids).toContain(labels.request_id);
    expect(await scraping.seriesOf('target_info{service_name="spillway"}')).toBe(1);
  }, 150_000);

  test('shows a reload that failed, and the alert of it, until one succeeds', async () => {
    const folder = RunningSpillway.folder();
    program(folder, 'good.cgi', 'printf "Content-Type: text/plain\\n\\nhello"');
    const running = await RunningSpillway.start(
      folder,
      'applications:\n  good: { at: /, cgi: { program: ./good.cgi } }\n',
    );
    gateway = running;
    const scraping = await RunningPrometheus.start(prometheus.path, running.adminAddress);
    scraper = scraping;
    const file = join(folder, 'spillway.yaml');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, 'applications: []\n');
    running.signal('SIGHUP');
    await running.until(
      async () =>
        (await scraping.seriesOf('ALERTS{alertname="SpillwayReloadFailed",alertstate="pending"}')) === 1,
      30_000,
    );
    writeFileSync(file, sound);
    running.signal('SIGHUP');
    await running.until(
      async () => (await scraping.seriesOf('spillway_config_last_reload_successful == 1')) === 1,
      30_000,
    );
  }, 90_000);
});

test.skipIf(!promtool.available)(
  'promtool finds nothing wrong with the metrics',
  async () => {
    const running = await serveEverything();
    gateway = running;
    await visit(running);
    const run = Bun.spawnSync([promtool.path, 'check', 'metrics'], {
      stdin: Buffer.from(await running.admin('/metrics')),
    });
    expect(run.stdout.toString() + run.stderr.toString()).toBe('');
    expect(run.exitCode).toBe(0);
  },
  60_000,
);

test('visitors cannot make series: a flood of random paths, hosts, methods and fields adds none', async () => {
  const folder = RunningSpillway.folder();
  program(folder, 'good.cgi', 'printf "Content-Type: text/plain\\n\\nhello"');
  const running = await RunningSpillway.start(
    folder,
    'applications:\n  good: { at: /good, cgi: { program: ./good.cgi } }\n  named: { at: /, host: wiki.example.org, cgi: { program: ./good.cgi } }\n',
  );
  gateway = running;
  const series = async (): Promise<string[]> =>
    (await running.admin('/metrics'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')))
      .sort();
  let made = 0;
  const random = (): string => `zq${(made++).toString(36)}${Math.random().toString(36).slice(2)}`;
  const flood = async (count: number): Promise<void> => {
    for (let batch = 0; batch < count; batch += 1) {
      await Promise.all(
        [
          `GET /good/${random()}?${random()}=${random()} HTTP/1.1\r\nHost: ${random()}.example\r\nX-${random()}: ${random()}\r\nX-Request-Id: ${random()}\r\nCookie: ${random()}=1\r\nUser-Agent: ${random()}\r\nConnection: close\r\n\r\n`,
          `GET /${random()} HTTP/1.1\r\nHost: ${random()}\r\nConnection: close\r\n\r\n`,
          `GET /${random()} HTTP/1.1\r\nHost: wiki.example.org\r\nConnection: close\r\n\r\n`,
          `${random().toUpperCase()} /good HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
          `GET /good HTTP/${random()}\r\nHost: x\r\nConnection: close\r\n\r\n`,
          `${random()}\r\n\r\n`,
        ].map((bytes) => say(running, bytes)),
      );
    }
  };
  await flood(2);
  const before = await series();
  await flood(50);
  const after = await series();
  expect(after).toEqual(before);
  expect(after.join('\n')).not.toMatch(/zq/i);
  expect(after.length).toBeLessThan(400);
}, 60_000);
