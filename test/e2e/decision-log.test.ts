import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { decisionRecordSchema } from '../../src/log/decision-record.ts';
import type { RunningSpillway } from './running-spillway.ts';
import { servePrograms } from './serve-programs.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

test('every request that policies saw is a line which fits the schema, in files of bounded size', async () => {
  gateway = await servePrograms(
    { quick: 'printf "Content-Type: text/plain\\n\\nhello"', broken: 'exit 1' },
    {},
    'decision_log: { file: ./decisions.ndjson, max_size: 128KiB, keep: 2, variables: [REQUEST_METHOD, REQUEST_URI, HTTP_USER_AGENT] }\n',
  );
  const running = gateway;
  const { folder, address } = running;
  const files = () => readdirSync(folder).filter((name) => name.startsWith('decisions'));
  const records = () =>
    files().flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => decisionRecordSchema.parse(JSON.parse(line))),
    );
  const headers = {
    'user-agent': `\x80tester "x" ${'y'.repeat(3000)}`,
    cookie: 'secret',
    'x-request-id': 'r-1',
  };
  expect((await fetch(`${address}/quick?x=1`, { headers })).status).toBe(200);
  expect((await fetch(`${address}/broken`)).status).toBe(502);
  expect((await fetch(`${address}/nowhere`)).status).toBe(404);
  await running.until(() => files().length === 1 && records().length === 2);
  const [first, second] = records();
  expect(first).toMatchObject({
    id: 'r-1',
    application: 'quick',
    meta: { REQUEST_METHOD: 'GET', REQUEST_URI: '/quick?x=1', HTTP_USER_AGENT: headers['user-agent'] },
    decision: { lane: 'exec' },
    inflight: 1,
    result: 'served',
    status: 200,
    bytes_out: 5,
  });
  expect(first?.dispatch?.policies.map(({ policy }) => policy)).toEqual(['fixed']);
  expect(first?.dispatch?.load.lanes).toEqual(['exec']);
  expect(Math.abs(Date.parse(first?.time ?? '') - Date.now())).toBeLessThan(10_000);
  expect(second).toMatchObject({ application: 'broken', result: 'failed', failure: 'no-head' });
  expect(readFileSync(join(folder, 'decisions.ndjson'), 'utf8')).not.toContain('secret');

  for (let batch = 0; batch < 15; batch += 1) {
    await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`${address}/quick`, { headers })).arrayBuffer()),
    );
  }
  await running.until(() => files().length === 3);
  expect(files().sort()).toEqual(['decisions.ndjson', 'decisions.ndjson.1', 'decisions.ndjson.2']);
  for (const name of files()) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(128 * 1024);
  expect(records().length).toBeGreaterThan(50);
}, 30_000);

test('a full disk costs lines, which are counted, and no request', async () => {
  gateway = await servePrograms(
    { quick: 'printf "Content-Type: text/plain\\n\\nhello"' },
    {},
    'decision_log: { file: /dev/full }\n',
  );
  const running = gateway;
  for (let visit = 0; visit < 3; visit += 1)
    expect((await fetch(`${running.address}/quick`)).status).toBe(200);
  await running.until(
    async () => (await running.metric('spillway_log_lines_lost_total', 'log="decisions"')) === 3,
  );
});
