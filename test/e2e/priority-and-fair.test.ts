import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RunningSpillway } from './running-spillway.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function start(policies: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  const program = '#!/bin/sh\nsleep 0.03\nprintf "Content-Type: text/plain\\n\\nserved"\n';
  writeFileSync(join(folder, 'slow.cgi'), program, { mode: 0o755 });
  gateway = await RunningSpillway.start(
    folder,
    `trusted_proxies: [ 127.0.0.1 ]
applications:
  wiki:
    at: /
    cgi: { program: ./slow.cgi }
    queue: { max: 40, timeout: 30s }
    policies: ${policies}
`,
  );
  return gateway;
}

interface Answer {
  readonly who: string;
  readonly status: number;
}

/** Each asks all at once; the answers in the order in which they came. */
async function flood(
  running: RunningSpillway,
  headers: Record<string, Record<string, string>>,
  of: readonly string[],
) {
  const answers: Answer[] = [];
  await Promise.all(
    of.map(async (who) => {
      const answer = await fetch(`${running.address}/`, { headers: headers[who] ?? {} });
      await answer.text();
      answers.push({ who, status: answer.status });
    }),
  );
  return answers;
}

const times = (count: number, who: string): string[] => Array.from({ length: count }, () => who);

test('priority: who matters more comes first, and a full queue keeps a place for the others', async () => {
  const running = await start(
    `[ { priority: { classes: 'members 70%: logged-in; crawlers 10%: crawler' } }, { fixed: { exec: 1 } } ]`,
  );
  const headers = { crawler: { 'User-Agent': 'Googlebot/2.1' }, member: { Cookie: 'session=1' } };
  const crawlers = flood(running, headers, times(35, 'crawler'));
  await running.until(async () => (await running.metric('spillway_queue_length')) >= 30);
  const members = await flood(running, headers, times(20, 'member'));
  expect(members.map(({ status }) => status)).toEqual(times(20, '').map(() => 200));
  const all = await crawlers;
  // 40 places, 10 % of them theirs: the rest went to the members, the oldest first.
  expect(all.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
  expect(all.filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(10);
});

test('fair: in a flood of one network the others are served, and it is told why it is not', async () => {
  const running = await start('[ { fair: { allowance: 3, half_life: 60s } }, { fixed: { exec: 2 } } ]');
  const headers: Record<string, Record<string, string>> = { heavy: { 'X-Forwarded-For': '192.0.2.7' } };
  for (let one = 0; one < 10; one += 1) headers[`light${one}`] = { 'X-Forwarded-For': `198.51.${one}.7` };
  const heavy: Answer[] = [];
  let isOver = false;
  const flooding = Promise.all(
    times(30, 'heavy').map(async (who) => {
      while (!isOver) heavy.push(...(await flood(running, headers, [who])));
    }),
  );
  const shed = () => heavy.filter(({ status }) => status === 503).length;
  await running.until(() => shed() > 20);
  const light: Answer[] = [];
  for (let one = 0; one < 10; one += 1) light.push(...(await flood(running, headers, [`light${one}`])));
  isOver = true;
  await flooding;
  expect(light.map(({ status }) => status)).toEqual(times(10, '').map(() => 200));
  expect(heavy.filter(({ status }) => status === 200).length).toBeGreaterThan(10);
  expect(await running.admin('/metrics')).toMatch(/policy="fair",[^}]*reason="over_fair_share"/);
});
