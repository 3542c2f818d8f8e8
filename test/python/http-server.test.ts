import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { RawHttpClient } from '../support/raw-http-client.ts';
import { adaptor, fixtures, python } from './python.ts';
import { RunningProgram } from './running-program.ts';

describe.skipIf(!python.available)('a WSGI application over HTTP, for development', () => {
  let program: RunningProgram | undefined;
  afterEach(async () => {
    await program?.stop();
    program = undefined;
  });

  async function start(): Promise<[RunningProgram, port: number]> {
    const command = [python.path, adaptor, '--http', '127.0.0.1:0', 'life:application'];
    program = new RunningProgram(command, { cwd: fixtures, stdin: 'ignore' });
    await program.says(/http:\/\/127\.0\.0\.1:\d+\/\n/);
    return [program, Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(program.errors)?.[1])];
  }

  test('a browser’s idle connections keep nobody waiting', async () => {
    const [, port] = await start();
    const idle = await Promise.all([1, 2, 3].map(() => RawHttpClient.connect(port)));
    const response = await fetch(`http://127.0.0.1:${port}/pid`);
    expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/^\d+$/)]);
    for (const client of idle) client.leave();
  });

  test('SIGTERM ends it when the request under way is answered', async () => {
    const [running, port] = await start();
    const idle = await RawHttpClient.connect(port);
    const go = join(mkdtempSync(join(tmpdir(), 'spillway-wsgi-')), 'go');
    const under = fetch(`http://127.0.0.1:${port}/sleep?${go}`);
    await running.says(/asleep/);
    running.signal('SIGTERM');
    writeFileSync(go, '');
    expect(await (await under).text()).toBe('slept');
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(running.errors).toMatch(/at stop\nat exit\n$/);
    idle.leave();
  });

  test('a body of unknown length is refused with 411, a length that is none with 400', async () => {
    const [, port] = await start();
    for (const [field, status] of [
      ['Transfer-Encoding: chunked', '411'],
      ['Content-Length: x', '400'],
    ] as const) {
      const client = await RawHttpClient.connect(port);
      client.send(`POST / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`);
      expect(await client.untilOver()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      client.leave();
    }
  });
});
