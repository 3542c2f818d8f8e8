import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const root = join(import.meta.dirname, '../..');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** The shipped configuration word for word, but for the ports, the folder of the data and the form of the log. */
async function startDemo(): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  mkdirSync(join(folder, 'data'));
  const shipped = readFileSync(join(root, 'demo/spillway.yaml'), 'utf8');
  const changed = shipped
    .replace('- http: 127.0.0.1:8080', '- http: 127.0.0.1:0')
    .replace('admin: 127.0.0.1:9180', 'admin: 127.0.0.1:0')
    .replace('log:\n', 'log:\n  format: json\n')
    .replaceAll('./guestbook/', join(root, 'demo/guestbook/'));
  expect(changed).not.toMatch(/^[^#\n]*(8080|9180|\.\/guestbook)/m);
  return await RunningSpillway.startWhole(folder, changed);
}

/** The rows of the table that ends a flood: offered, exec, forward, shed, failed. */
function rowsOf(output: string): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const line of output.slice(output.lastIndexOf('\nphase ')).split('\n')) {
    const match = /^(quiet again|quiet|busy|flood) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) /.exec(line);
    if (match?.[1] !== undefined) rows.set(match[1], match.slice(2).map(Number));
  }
  return rows;
}

describe('the demo', () => {
  test('is a guest book that keeps what visitors write, whichever lane they come by', async () => {
    gateway = await startDemo();
    const form = new URLSearchParams({ name: 'Ada <b>', message: 'first' });
    const posted = await fetch(`${gateway.address}/`, { method: 'POST', body: form, redirect: 'manual' });
    expect(posted.status).toBe(303);
    const page = await (await fetch(`${gateway.address}/`)).text();
    expect(page).toContain('Ada &lt;b&gt;');
    expect(page).toMatch(/Served <strong>by (a CGI program|the SCGI daemon)/);
  });

  // What else the machine does is load to the demo as well: a run that others have spoilt shows nothing of it.
  test('shows all three lanes within ten seconds of flood: exec, the daemon, the polite page, and quiet again', async () => {
    for (let attempt = 1; ; attempt += 1) {
      gateway = await startDemo();
      try {
        await untilQuiet(gateway);
        await flood(gateway);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await gateway.stop();
        gateway = undefined;
      }
    }
  }, 400_000);
});

const ATTEMPTS = 4;
/** Looks in a row, a quarter of a second apart, that find no more than this runnable, ourselves counted. */
const QUIET_LOOKS = 8;
const MOST_RUNNING = 2;
const QUIET_DEADLINE_MS = 45_000;

/** Waits until the machine has been quiet for a moment; at the deadline it may be as busy as it is. */
async function untilQuiet(running: RunningSpillway): Promise<void> {
  const deadlineMs = performance.now() + QUIET_DEADLINE_MS;
  for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < deadlineMs; ) {
    const busy = (await running.metric('spillway_load_running_tasks')) > MOST_RUNNING;
    quiet = busy ? 0 : quiet + 1;
    await Bun.sleep(250);
  }
}

async function flood(running: RunningSpillway): Promise<void> {
  const { code, output } = await runCommand(
    join(root, 'bin/spillway'),
    ['flood', `${running.address}/`, '--admin', running.adminAddress],
    { deadlineMs: 40_000 },
  );
  expect(code, output).toBe(0);
  const rows = rowsOf(output);
  const [quiet, busy, full, again] = ['quiet', 'busy', 'flood', 'quiet again'].map(
    (phase) => rows.get(phase) ?? [],
  );
  expect(quiet, output).toEqual([expect.any(Number), quiet![0], 0, 0, 0]);
  expect(busy![2], output).toBeGreaterThan(busy![0]! / 4);
  expect(full![2], output).toBeGreaterThan(100);
  expect(full![3], output).toBeGreaterThan(full![0]! / 3);
  expect(again!.slice(3), output).toEqual([0, 0]);
  // The last visitors go to exec again, so that the daemon is of no more use and is stopped.
  await running.until(
    async () => (await running.metric('spillway_daemon_state', 'state="down"')) === 1,
    15_000,
  );
  expect((await fetch(`${running.address}/`)).status).toBe(200);
  expect(await running.metric('spillway_daemon_starts_total', 'result="up"')).toBe(1);
}
