import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const root = join(import.meta.dirname, '../..');
const guestbook = join(root, 'demo/guestbook/guestbook.scgi');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function start(): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(
    join(folder, 'slow.cgi'),
    '#!/bin/sh\nsleep 0.6\nprintf "Content-Type: text/plain\\n\\nfinished"\n',
    { mode: 0o755 },
  );
  gateway = await RunningSpillway.start(
    folder,
    `control: { socket: ./control, mode: "0600" }
applications:
  slow: { at: /slow, cgi: { program: ./slow.cgi } }
  book:
    at: /book
    scgi: { address: unix:./book.sock, daemon: { command: [${guestbook}, ./book.sock] } }
    environment: { GUESTBOOK_DATA: ./data }
`,
  );
  return gateway;
}

/** `spillway COMMAND FILE …` against the running gateway. */
function command(running: RunningSpillway, name: string, ...more: string[]): Promise<CommandResult> {
  const file = join(running.folder, 'spillway.yaml');
  const [first = '', ...rest] = name.split(' ');
  return runCommand(join(root, 'bin/spillway'), [first, ...rest, file, ...more]);
}

const daemonPids = (running: RunningSpillway): unknown[] =>
  running.log.filter((line) => line.event === 'daemon-started').map((line) => line.pid);

describe('the control socket', () => {
  test('is for its owner alone unless the configuration says otherwise', async () => {
    const running = await start();
    expect(statSync(join(running.folder, 'control')).mode & 0o777).toBe(0o600);
  });

  test('shows the status', async () => {
    const running = await start();
    const { code, output } = await command(running, 'status');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      readiness: { ready: true },
      applications: [{ name: 'slow' }, { name: 'book' }],
    });
  });

  test('reloads, and tells what is wrong with a bad file', async () => {
    const running = await start();
    expect(await command(running, 'reload')).toMatchObject({
      code: 0,
      output: 'reloaded: no application has changed\n',
    });
    const file = join(running.folder, 'spillway.yaml');
    const text = await Bun.file(file).text();
    writeFileSync(file, text.replace('slow:', 'renamed:'));
    expect(await command(running, 'reload')).toMatchObject({
      code: 0,
      output: 'reloaded\n  added: renamed\n  removed: slow\n',
    });
    writeFileSync(file, text.replace('program:', 'porgram:'));
    const bad = await command(running, 'reload');
    expect(bad.code).toBe(1);
    expect(bad.output).toMatch(/spillway\.yaml:\d+:\d+: applications\.slow\.cgi/);
    expect(bad.output).toContain('nothing was changed');
    expect((await fetch(`${running.address}/slow`)).status).toBe(200);
  });

  test('drains an application: new requests are shed, those under way finish; and takes it back', async () => {
    const running = await start();
    const underway = fetch(`${running.address}/slow`);
    await running.until(async () => (await running.metric('spillway_inflight', 'application="slow"')) === 1);
    const drained = command(running, 'drain', 'slow');
    await running.until(async () => (await fetch(`${running.address}/slow`)).status === 503);
    expect(
      await running.metric('spillway_decisions_total', 'policy="admission"', 'reason="draining"'),
    ).toBeGreaterThan(0);
    expect(await (await underway).text()).toBe('finished');
    expect(await drained).toMatchObject({ code: 0, output: 'drained: no request is under way\n' });
    expect((await fetch(`${running.address}/book`)).status).toBe(200);
    await command(running, 'resume', 'slow');
    expect((await fetch(`${running.address}/slow`)).status).toBe(200);
  });

  test('drains the gateway: front servers are told, whoever comes is still served', async () => {
    const running = await start();
    expect((await command(running, 'drain')).code).toBe(0);
    expect(await running.admin('/readyz')).toBe('draining\n');
    expect((await fetch(`${running.address}/slow`)).status).toBe(200);
    expect((await command(running, 'resume')).code).toBe(0);
    expect(await running.admin('/readyz')).toBe('ready\n');
  });

  test('starts, restarts and stops a daemon', async () => {
    const running = await start();
    expect((await command(running, 'daemon start', 'book')).output).toBe('the daemon of book is up\n');
    expect((await command(running, 'daemon restart', 'book')).output).toBe('the daemon of book is up\n');
    await running.until(() => daemonPids(running).length === 2);
    expect((await command(running, 'daemon stop', 'book')).output).toBe('the daemon of book is down\n');
    expect((await fetch(`${running.address}/book`)).status).toBe(200);
    await running.until(() => daemonPids(running).length === 3);
  });

  test.each([
    [
      'an application that is not there',
      ['drain', 'none'],
      'expected an application (slow, book), found none',
    ],
    ['the daemon of an application that has none', ['daemon stop', 'slow'], 'slow has no daemon'],
  ])('refuses %s', async (_what, [name = '', ...more], message) => {
    const running = await start();
    const { code, output } = await command(running, name, ...more);
    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  test('that nobody answers at is a clear error', async () => {
    const folder = RunningSpillway.folder();
    writeFileSync(join(folder, 'spillway.yaml'), 'control: { socket: ./control }\n');
    const { code, output } = await runCommand(join(root, 'bin/spillway'), [
      'status',
      join(folder, 'spillway.yaml'),
    ]);
    expect(code).toBe(1);
    expect(output).toContain('expected a running gateway at');
  });
});
