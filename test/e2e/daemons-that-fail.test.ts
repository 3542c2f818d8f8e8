import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { ask } from './ask.ts';
import { RunningSpillway } from './running-spillway.ts';

const holding = join(import.meta.dirname, 'fixtures/holding-daemon.ts');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function serve(scgi: string, files: Readonly<Record<string, string>> = {}): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  gateway = await RunningSpillway.start(folder, `applications:\n  wiki: { at: /, scgi: ${scgi} }\n`);
  return gateway;
}

const lines = (running: RunningSpillway, name: string): string[] => {
  const file = join(running.folder, name);
  return existsSync(file) ? readFileSync(file, 'latin1').trim().split('\n') : [];
};

test('without a daemon the visitor gets the overload page as he can read it, and not a bare 503', async () => {
  const running = await serve('{ address: unix:./nobody.sock }');
  const page = async (...fields: string[]) => {
    const answer = await ask(running.port, ['GET / HTTP/1.1', ...fields]);
    expect(answer.status).toBe(503);
    expect(Number(answer.fields.get('retry-after'))).toBeGreaterThan(0);
    return answer;
  };
  const html = await page('Accept: text/html');
  expect(html.fields.get('content-type')).toMatch(/^text\/html/);
  expect(html.body.trimEnd().endsWith('</html>')).toBe(true);
  const german = await page('Accept: text/html', 'Accept-Language: de');
  expect(german.body).toContain('lang="de"');
  const problem = await page('Accept: application/json');
  expect(problem.fields.get('content-type')).toMatch(/json/);
  expect(JSON.parse(problem.body)).toMatchObject({ status: 503 });
});

test('those who are shed together are not all asked back at once', async () => {
  const policy = `export default { name: 'closed', when: 'in this test', source: 'this test', parameters: {}, signals: [], reasons: ['closed'],
  create: () => ({ arrive: () => ({ shed: 'closed', retryAfterMs: 20000 }) }) };\n`;
  const running = await serve('{ address: unix:./nobody.sock }, policies: [ ./closed.ts ]', {
    'closed.ts': policy,
  });
  const seconds: number[] = [];
  for (let visitor = 0; visitor < 40; visitor++)
    seconds.push(Number((await ask(running.port, ['GET / HTTP/1.1'])).fields.get('retry-after')));
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(40);
  expect(new Set(seconds).size).toBeGreaterThan(4);
});

test('a daemon that dies at once is not started again and again: visitors are told, and processes spared', async () => {
  const running = await serve('{ address: unix:./bad.sock, daemon: { command: [./bad.scgi] } }', {
    'bad.scgi': '#!/bin/sh\necho $$ >> starts\nexit 3\n',
  });
  const storm = () => running.metric('spillway_decisions_total', 'lane="shed"', 'reason="start_storm"');
  await running.until(async () => {
    expect((await ask(running.port, ['GET / HTTP/1.1'])).status).toBe(503);
    return (await storm()) > 0;
  });
  const starts = lines(running, 'starts').length;
  // One after the other: mod_fcgid and its kind refuse at ten.
  expect(starts).toBeLessThanOrEqual(10);
  const refusedBefore = await storm();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(running.port, ['GET / HTTP/1.1'])));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(await storm()).toBeGreaterThan(refusedBefore);
  // The score falls by one a second: each of those may have let one more start through.
  expect(lines(running, 'starts').length - starts).toBeLessThan(10);
});

describe('a daemon at work', () => {
  test('is not ended on scale-down: only those that are idle are, and it answers', async () => {
    const running = await serve(
      `{ address: [unix:./a.sock, unix:./b.sock], daemon: { command: [${process.execPath}, ${holding}, ./], activation: inherit, idle_timeout: 300ms } }`,
    );
    const hold = async () => {
      const before = lines(running, 'held').length;
      const client = await RawHttpClient.connect(running.port);
      client.send('GET /hold HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await running.until(() => lines(running, 'held').length > before);
      return { client, pid: lines(running, 'held').at(-1) ?? '' };
    };
    const held = [await hold()];
    while (new Set(held.map(({ pid }) => pid)).size < 2) held.push(await hold());
    const busy = held[0];
    const idle = held.find(({ pid }) => pid !== busy?.pid);
    writeFileSync(join(running.folder, `go.${idle?.pid}`), '');
    const retired = () =>
      running.log.filter(({ event }) => event === 'daemon-retired').map(({ pid }) => String(pid));
    await running.until(() => retired().includes(String(idle?.pid)));
    // Long after its own idle time.
    await Bun.sleep(900);
    expect(retired()).not.toContain(busy?.pid);
    writeFileSync(join(running.folder, `go.${busy?.pid}`), '');
    for (const { client, pid } of held) {
      expect(await client.untilOver(15_000)).toMatch(new RegExp(`^HTTP/1.1 200 .*${pid}`, 's'));
      client.leave();
    }
    rmSync(join(running.folder, `go.${busy?.pid}`));
  });
});
