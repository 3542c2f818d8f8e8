import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const fossil = peer('Fossil', 'fossil');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** A repository with an administrator whom the tests may push as, served at /repo. */
async function serve(application: string): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  home = folder;
  const repository = join(folder, 'served.fossil');
  await fossilIn(folder, 'init', '--admin-user', 'admin', repository);
  await fossilIn(folder, 'user', 'password', 'admin', 'secret', '-R', repository);
  writeFileSync(join(folder, 'repo.cgi'), `#!${fossil.path}\nrepository: ${repository}\n`);
  chmodSync(join(folder, 'repo.cgi'), 0o755);
  // Fossil speaks SCGI over TCP only.
  const port = await freePort();
  gateway = await RunningSpillway.start(
    folder,
    application
      .replaceAll('REPOSITORY', repository)
      .replaceAll('FOSSIL', fossil.path)
      .replaceAll('PORT', String(port)),
  );
  return gateway;
}

async function freePort(): Promise<number> {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

/** Fossil keeps a file of its own there, which must not lie in a checkout. */
let home = '';

async function fossilIn(folder: string, ...args: string[]): Promise<CommandResult> {
  const result = await runCommand(fossil.path, args, { cwd: folder, env: { USER: 'admin', HOME: home } });
  expect(result, `fossil ${args.join(' ')}: ${result.output}`).toMatchObject({ code: 0 });
  return result;
}

/** Clones, commits, pushes, syncs from a second clone, and looks at pages. `between` is called before every step. */
async function work(running: RunningSpillway, between: () => Promise<void>): Promise<void> {
  const url = running.address.replace('http://', 'http://admin:secret@');
  const { folder } = running;
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  for (const checkout of [one, two]) {
    mkdirSync(checkout);
    await between();
    await fossilIn(checkout, 'clone', `${url}/repo`, `${checkout}.fossil`);
    await fossilIn(checkout, 'open', '--nosync', `${checkout}.fossil`);
    await fossilIn(checkout, 'settings', 'autosync', 'off');
  }
  writeFileSync(join(one, 'page.txt'), 'content '.repeat(50_000));
  await fossilIn(one, 'add', 'page.txt');
  await fossilIn(one, 'commit', '-m', 'one page', '--no-warnings', '--allow-empty');
  await between();
  await fossilIn(one, 'push', `${url}/repo`, '--once');
  await between();
  const synced = await fossilIn(two, 'sync', `${url}/repo`, '--once');
  expect(synced.output).toContain('Round-trips');
  await fossilIn(two, 'update');
  expect(await Bun.file(join(two, 'page.txt')).text()).toBe('content '.repeat(50_000));
  await between();
  const timeline = await fetch(`${running.address}/repo/timeline`);
  expect(timeline.status).toBe(200);
  expect(await timeline.text()).toContain('one page');
  await between();
  const raw = await fetch(`${running.address}/repo/raw/page.txt?ci=tip`);
  expect(await raw.text()).toBe('content '.repeat(50_000));
}

async function lanesUsed(running: RunningSpillway): Promise<string[]> {
  const used: string[] = [];
  for (const lane of ['exec', 'forward', 'shed']) {
    if ((await running.metric('spillway_decisions_total', `lane="${lane}"`)) > 0) used.push(lane);
  }
  return used;
}

const daemon =
  'scgi: { address: 127.0.0.1:PORT, daemon: { command: [FOSSIL, server, REPOSITORY, --scgi, --localhost, --port, "PORT", --nojail, --baseurl, "BASE"], start_timeout: 10s } }';
const withoutBase = daemon.replace(', --baseurl, "BASE"', '');

describe.skipIf(!fossil.available)('a Fossil repository: clone, commit, push, sync and pages', () => {
  test('in the exec lane', async () => {
    const running = await serve('applications:\n  repo:\n    at: /repo\n    cgi: { program: ./repo.cgi }\n');
    await work(running, async () => {});
    expect(await lanesUsed(running)).toEqual(['exec']);
  });

  test('in the forward lane, with the daemon started by the first request', async () => {
    const running = await serve(`applications:\n  repo:\n    at: /repo\n    ${withoutBase}\n`);
    expect(await running.metric('spillway_daemon_state', 'state="down"')).toBe(1);
    await work(running, async () => {});
    expect(await lanesUsed(running)).toEqual(['forward']);
    expect(await running.metric('spillway_daemon_starts_total', 'result="up"')).toBe(1);
  });

  test('while the lane changes under it', async () => {
    const policy = join('policies', 'alternating.ts');
    const folderPolicy = `export default {
      name: 'alternating', when: 'never but in this test', source: 'this test',
      parameters: {}, signals: [], reasons: ['odd', 'even'],
      create() {
        let turn = 0;
        return {
          dispatch: () => (turn % 2 === 0 ? { lane: 'exec', reason: 'even' } : { lane: 'forward', reason: 'odd' }),
          outcome: () => { turn++; },
        };
      },
    };\n`;
    const folder = RunningSpillway.folder();
    mkdirSync(join(folder, 'policies'));
    writeFileSync(join(folder, policy), folderPolicy);
    const running = await serve(
      `applications:\n  repo:\n    at: /repo\n    cgi: { program: ./repo.cgi }\n    ${withoutBase}\n    policies: [ ${join(folder, policy)} ]\n`,
    );
    await work(running, async () => {});
    expect(await lanesUsed(running)).toEqual(['exec', 'forward']);
    const total = await running.metric('spillway_requests_total');
    await running.until(() => running.requests().length === total);
    const seen = running.requests().map((line) => line.lane);
    const changes = seen.filter((lane, index) => index > 0 && lane !== seen[index - 1]);
    expect(changes.length).toBeGreaterThanOrEqual(4);
  });
});
