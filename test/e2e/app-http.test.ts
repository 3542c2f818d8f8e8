import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../..');

describe('spillway app --http', () => {
  let child: Bun.Subprocess<'ignore', 'ignore', 'pipe'>;
  let log = '';
  let address = '';

  beforeEach(async () => {
    log = '';
    const application = join(import.meta.dirname, 'fixtures/told-application.ts');
    child = Bun.spawn([join(root, 'bin/spillway'), 'app', application, '--http', '127.0.0.1:0'], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    void (async () => {
      for await (const bytes of child.stderr) log += Buffer.from(bytes).toString('utf8');
    })();
    const listening = () => /listening at (http:\S+)\//.exec(log)?.[1];
    await until(() => listening() !== undefined, 'a server that listens', 10_000);
    address = listening() ?? '';
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await child.exited;
  });

  test('serves the same application, with variables as if mounted at the root', async () => {
    const seen = (await (await fetch(`${address}/request?a=b`)).json()) as {
      url: string;
      variables: Record<string, string>;
    };
    expect(seen.url).toBe(`${address}/request?a=b`);
    expect(seen.variables).toMatchObject({
      SCRIPT_NAME: '',
      PATH_INFO: '/request',
      QUERY_STRING: 'a=b',
      REMOTE_ADDR: '127.0.0.1',
    });
  });

  test('streams both ways', async () => {
    const sent = 'x'.repeat(1_000_000);
    const echoed = await fetch(`${address}/echo`, { method: 'POST', body: sent });
    expect((await echoed.text()) === sent).toBe(true);
    const ticks = await fetch(`${address}/ticks?count=2&every=200`);
    const reader = ticks.body!.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value!).toString()).toBe('tick 1\n');
    await reader.cancel();
  });

  test('shows what failed to the visitor, who wrote it, and in the log', async () => {
    const failed = await fetch(`${address}/throws`);
    expect(failed.status).toBe(500);
    expect(await failed.text()).toMatch(/secret reason.*told-application\.ts/s);
    await until(() => log.includes('secret reason'), 'a line in the log');
  });

  test('cuts an answer that fails after its head, and logs why', async () => {
    const failed = await fetch(`${address}/cut`);
    expect(failed.status).toBe(200);
    await expect(failed.text()).rejects.toThrow();
    await until(() => log.includes('secret middle'), 'a line in the log');
  });

  test('aborts the signal of a request whose visitor has left', async () => {
    const aborter = new AbortController();
    const asked = fetch(`${address}/slow?ms=5000`, { signal: aborter.signal }).catch(() => {});
    await until(() => log.includes('slow begins'), 'a request under way');
    aborter.abort();
    await asked;
    await until(() => log.includes('aborted /slow'), 'an abort', 10_000);
  });

  test('reloads on SIGHUP, and finishes what is under way on SIGTERM', async () => {
    child.kill('SIGHUP');
    let told = '';
    const ask = async () => {
      told = await (await fetch(`${address}/told`)).text();
    };
    for (let left = 100; left > 0 && told !== '["reload"]'; left -= 1) await ask();
    expect(told).toBe('["reload"]');
    const slow = fetch(`${address}/slow?ms=400`);
    await until(() => log.includes('slow begins'), 'a request under way');
    child.kill('SIGTERM');
    expect(await (await slow).text()).toBe('slow');
    expect(await child.exited).toBe(0);
    await until(() => log.includes('told to stop'), 'the listener of stop');
  });
});
