import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RunningSpillway } from './running-spillway.ts';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** A gateway without anything behind it: each request is a 404, and a line of the access log. */
async function start(log: string): Promise<RunningSpillway> {
  return await RunningSpillway.startWhole(
    RunningSpillway.folder(),
    `listen: [ { http: 127.0.0.1:0 } ]\nadmin: 127.0.0.1:0\nlog: { format: json, ${log} }\napplications:\n  a: { at: /a, scgi: { address: 127.0.0.1:1 } }\n`,
  );
}

test('no line is lost when the access log is renamed under load and opened anew by SIGUSR1', async () => {
  gateway = await start('access: combined, access_file: ./access.log');
  const { address, folder } = gateway;
  const running = gateway;
  const path = join(folder, 'access.log');
  let sent = 0;
  let over = false;
  const visitor = async (): Promise<void> => {
    while (!over) {
      const response = await fetch(`${address}/${sent++}`);
      await response.arrayBuffer();
    }
  };
  const visitors = Promise.all(Array.from({ length: 8 }, visitor));
  for (let turn = 1; turn <= 5; turn += 1) {
    const atLeast = sent + 200;
    await running.until(() => sent >= atLeast);
    renameSync(path, `${path}.${turn}`);
    running.reopenLog();
    await running.until(() => readdirSync(folder).includes('access.log'));
  }
  over = true;
  await visitors;
  const files = readdirSync(folder).filter((name) => name.startsWith('access.log'));
  expect(files.length).toBe(6);
  const targets = (): string[] =>
    files.flatMap((name) =>
      readFileSync(join(folder, name), 'latin1')
        .split('\n')
        .slice(0, -1)
        .map((line) => /"GET \/(\d+) HTTP\/1\.1" 404 \d+ "-" "[^"]*"$/.exec(line)?.[1] ?? line),
    );
  await running.until(() => targets().length >= sent);
  expect(
    targets()
      .map(Number)
      .sort((a, b) => a - b),
  ).toEqual(Array.from({ length: sent }, (_, at) => at));
  expect(running.requests()).toEqual([]);
});

test('the level leaves out lesser lines, and `off` the line per request', async () => {
  gateway = await start('level: info, access: off');
  await fetch(`${gateway.address}/x`);
  expect(await gateway.stop()).toBe(0);
  expect(gateway.requests()).toEqual([]);
  expect(gateway.log.map(({ event }) => event)).toContain('stopped');
  gateway = undefined;
});

test('lines that cannot be written stop nobody and are counted', async () => {
  gateway = await start('access: json, access_file: /dev/full');
  const running = gateway;
  for (let visit = 0; visit < 3; visit += 1) expect((await fetch(`${running.address}/x`)).status).toBe(404);
  await running.until(
    async () => (await running.metric('spillway_log_lines_lost_total', 'log="access"')) === 3,
  );
});
