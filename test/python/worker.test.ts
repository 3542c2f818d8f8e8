import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { until } from '../support/until.ts';
import { adaptor, fixtures, python } from './python.ts';
import { RunningProgram } from './running-program.ts';
import { scgiRequest } from './ways-to-run.ts';

describe.skipIf(!python.available)('a WSGI application as a prefork worker', () => {
  const running: RunningProgram[] = [];
  afterEach(async () => {
    for (const program of running.splice(0)) {
      program.finish();
      program.signal('SIGTERM');
      await program.ended;
    }
  });

  async function start(
    application = 'life:application',
    env: Record<string, string> = {},
  ): Promise<[RunningProgram, ask: (path: string, query?: string) => Promise<string>, folder: string]> {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-wsgi-'));
    const socket = join(folder, 'socket');
    const parent = new RunningProgram(
      [python.path, join(fixtures, 'parent.py'), socket, python.path, adaptor, application],
      { cwd: fixtures, env },
    );
    running.push(parent);
    await parent.says(/^pid \d+\n/);
    const ask = async (path: string, query = ''): Promise<string> => {
      const client = await RawHttpClient.connectUnix(socket);
      client.send(scgiRequest({ path, query }));
      const answer = await client.untilOver(15_000);
      client.leave();
      return answer.slice(answer.indexOf('\r\n\r\n') + 4);
    };
    return [parent, ask, folder];
  }

  function said(parent: RunningProgram): string[] {
    return parent.output.split('\n').slice(1, -1);
  }

  test('it says ready, takes what it is handed, and says ready when it has answered', async () => {
    const [parent, ask, folder] = await start();
    await parent.says(/ready/);
    const first = ask('/sleep', join(folder, 'go'));
    await parent.says(/asleep/);
    expect(said(parent)).toEqual(['{"say":"ready"}', '{"say":"took","id":1}']);
    writeFileSync(join(folder, 'go'), '');
    expect(await first).toBe('slept');
    await ask('/pid');
    await until(() => said(parent).length === 5, 'five lines');
    const each = (id: number) => [`{"say":"took","id":${id}}`, '{"say":"ready"}'];
    expect(said(parent)).toEqual(['{"say":"ready"}', ...each(1), ...each(2)]);
  });

  test.each([
    ['the line that says stop', (parent: RunningProgram) => parent.write('{"say":"stop"}\n')],
    ['the end of the control stream', (parent: RunningProgram) => parent.finish()],
  ])('%s ends it when the request under way is answered', async (_what, end) => {
    const [parent, ask, folder] = await start();
    const under = ask('/sleep', join(folder, 'go'));
    await parent.says(/asleep/);
    end(parent);
    writeFileSync(join(folder, 'go'), '');
    expect(await under).toBe('slept');
    await parent.says(/^exit 0$/m);
    expect(parent.errors).toMatch(/^at start\nasleep\nat stop\nat exit\n$/);
  });

  test('signals of a terminal or a service manager are its parent’s', async () => {
    const [parent, ask] = await start();
    const pid = Number(await ask('/pid'));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await ask('/pid')).toBe(String(pid));
    expect(parent.errors).toBe('at start\n');
  });

  test('lines that it does not know are skipped', async () => {
    const [parent, ask] = await start();
    await parent.says(/ready/);
    parent.write('{"say":"sing"}\n[]\nnonsense\n{"say":"event"}\n{"say":"event","answer":99}\n\n');
    expect(await ask('/pid')).toMatch(/^\d+$/);
  });

  test('it inherits nothing to what the application starts, and hides its own variables', async () => {
    const [, ask] = await start();
    const listed = await ask('/descriptors');
    // The last one is of the list itself.
    expect([...listed.matchAll(/ (\d+) -> /g)].map(([, number]) => number)).toEqual(['0', '1', '2', '3']);
    expect(await ask('/environment')).not.toContain('SPILLWAY');
  });

  test('a visitor who says nothing, or no SCGI, does no harm', async () => {
    const [parent, ask, folder] = await start();
    await parent.says(/ready/);
    for (const bytes of ['', '5:hello,', 'GET / HTTP/1.1\r\n\r\n']) {
      const client = await RawHttpClient.connectUnix(join(folder, 'socket'));
      client.send(bytes);
      client.finish();
      await client.untilOver();
      client.leave();
    }
    expect(await ask('/pid')).toMatch(/^\d+$/);
  });

  test('sys.exit() in a request is answered, and ends the worker', async () => {
    const [parent, ask] = await start();
    expect(await ask('/exit')).toContain('500 Internal Server Error');
    await parent.says(/^exit 7$/m);
  });

  test('an application that does not load ends it before it is ready', async () => {
    const [parent] = await start('absent:application');
    await parent.says(/^exit 1$/m);
    expect(said(parent)).toEqual(['exit 1']);
    expect(parent.errors).toMatch(/ModuleNotFoundError: No module named 'absent'/);
  });

  test('a listener of start that fails unwinds and ends it before it is ready', async () => {
    const [parent] = await start('life:application', { START: 'fails' });
    await parent.says(/^exit 1$/m);
    expect(said(parent)).toEqual(['exit 1']);
    expect(parent.errors).toMatch(/RuntimeError: cannot start\n+unwound\n.*every listener of start/s);
  });

  describe('on the bus', () => {
    test('events of the gateway go to the parent, and its word is what publish() says', async () => {
      const [parent, ask] = await start();
      expect(await ask('/publish', 'reload.gateway')).toBe('taken None heard 0');
      expect(parent.output).toContain(
        '{"say": "event", "id": 1, "channel": "reload", "scope": "gateway", "payload": {"key": ["value"]}}',
      );
      expect(await ask('/publish', 'graceful.gateway')).toBe(
        'BusRefused: the operator allows reload heard 0',
      );
    });

    test('events of the application come back between requests', async () => {
      const [, ask] = await start();
      await ask('/subscribe', 'reload');
      expect(await ask('/publish', 'reload.application')).toBe('taken None heard 0');
      expect(JSON.parse(await ask('/heard'))).toEqual([
        { event: 'reload', scope: null, from: 'worker', payload: { key: ['value'] } },
      ]);
    });

    test('events of the worker are heard at once', async () => {
      const [parent, ask] = await start();
      await ask('/subscribe', 'cache-is-stale');
      expect(await ask('/publish', 'cache-is-stale.worker')).toBe('taken None heard 1');
      expect(parent.output).not.toContain('stale');
    });

    test.each(['Reload.gateway', 'reload.world', '.worker'])('%s is no event', async (query) => {
      const [, ask] = await start();
      expect(await ask('/publish', query)).toMatch(/^ValueError: expected /);
    });

    test('every listener hears, whatever becomes of the others, and none takes longer than its time', async () => {
      const [parent, ask] = await start();
      await ask('/subscribe-badly', 'graceful');
      parent.write('{"say":"event","channel":"graceful","from":"operator"}\n');
      await parent.says(/^heard graceful$/m);
      expect(parent.errors).toMatch(/a listener of graceful failed: .*this listener fails/s);
      expect(parent.errors).toMatch(/TimeoutError: not done within 0.05 s/);
      expect(parent.errors).not.toContain('never');
      expect(await ask('/pid')).toMatch(/^\d+$/);
    });

    test('what comes while publish() waits for its answer is not lost', async () => {
      const [parent, ask] = await start();
      await ask('/subscribe', 'reload');
      await ask('/publish', 'reload.application');
      await ask('/publish', 'reload.application');
      expect(JSON.parse(await ask('/heard'))).toHaveLength(2);
      expect(parent.errors).toBe('at start\n');
    });

    test('where the parent has gone, publish() says so', async () => {
      const [parent, ask, folder] = await start();
      const under = ask('/publish-later', join(folder, 'go'));
      await parent.says(/asleep/);
      parent.finish();
      writeFileSync(join(folder, 'go'), '');
      expect(await under).toBe('BusRefused: the parent has gone');
      await parent.says(/^exit 0$/m);
    });
  });
});
