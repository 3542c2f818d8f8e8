import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documented } from '../support/documented.ts';
import { peer } from '../support/peer.ts';
import { connectScgi, scgiHead } from './ask-scgi.ts';
import { RunningSpillway } from './running-spillway.ts';

const root = join(import.meta.dirname, '../..');
const python = peer('Python', 'python3');
const tracker = `def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'tracker\\n']
`;

let folder = '';
let child: Bun.Subprocess | undefined;
let gateway: RunningSpillway | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-documented-'));
});

afterEach(async () => {
  child?.kill('SIGTERM');
  await child?.exited;
  child = undefined;
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  rmSync(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

function writeApplications(place: string): void {
  writeFileSync(join(place, 'wiki.ts'), documented('application-module'));
  writeFileSync(join(place, 'tracker.py'), tracker);
  copyFileSync(join(root, 'python/spillway_wsgi.py'), join(place, 'spillway_wsgi.py'));
}

/** The commands of a block, as they are documented but for the places; `npx` finds this very package. */
const commands = (block: string): string[] =>
  documented(block)
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''));

async function ask(socket: string): Promise<string> {
  const client = await connectScgi(socket);
  client.send(scgiHead('/', 0, { HTTP_HOST: 'site.test', SCRIPT_NAME: '', PATH_INFO: '/' }));
  const answer = await client.untilOver(15_000);
  client.leave();
  return answer;
}

/** Runs one until it answers; then what it answered. */
async function answerOf(command: string): Promise<string> {
  writeApplications(folder);
  const socket = join(folder, 's.sock');
  const npx = join(folder, 'bin');
  mkdirSync(npx);
  symlinkSync(join(root, 'bin/spillway'), join(npx, 'spillway'));
  const placed = command
    .replaceAll('npx spillway', 'spillway')
    .replace(/unix:\S+\.sock/, `unix:${socket}`)
    .replace('127.0.0.1:8080', '127.0.0.1:0');
  expect(placed).not.toBe(command);
  let log = '';
  const { PATH, ...environment } = process.env;
  const started = Bun.spawn(['/bin/sh', '-c', `exec ${placed}`], {
    cwd: folder,
    env: { ...environment, PATH: `${npx}${delimiter}${PATH}` },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  });
  child = started;
  void (async () => {
    for await (const chunk of started.stderr) log += Buffer.from(chunk).toString();
  })();
  const address = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\//.exec(log)?.[0];
  let answer = '';
  const deadlineMs = performance.now() + 20_000;
  while (answer === '') {
    if (started.exitCode !== null || performance.now() > deadlineMs) throw new Error(`${placed}: ${log}`);
    try {
      if (placed.includes('--http')) answer = await (await fetch(address() ?? '')).text();
      else answer = await ask(socket);
    } catch {
      // Not yet.
      await Bun.sleep(20);
    }
  }
  return answer;
}

describe('of what docs/applications.md shows', () => {
  test.each(commands('application-ways'))('%s runs', { timeout: 40_000 }, async (command) => {
    expect(await answerOf(command)).toContain('7 pages below /\n');
  });

  test.skipIf(!python.available).each(commands('application-wsgi'))(
    '%s runs',
    { timeout: 40_000 },
    async (command) => {
      expect(await answerOf(command)).toContain('tracker\n');
    },
  );

  test.skipIf(!python.available)('the configuration gives both applications', async () => {
    const place = RunningSpillway.folder();
    writeApplications(place);
    gateway = await RunningSpillway.start(place, documented('application-configuration'));
    expect(await (await fetch(`${gateway.address}/wiki/page`)).text()).toBe('7 pages below /wiki\n');
    expect(await (await fetch(`${gateway.address}/tracker`)).text()).toBe('tracker\n');
  });

  test.each(commands('bus-commands').filter((line) => line.includes(' publish ')))(
    '%s is taken',
    async (command) => {
      const place = RunningSpillway.folder();
      writeApplications(place);
      gateway = await RunningSpillway.start(
        place,
        'control: { socket: ./control }\napplications: { wiki: { at: /wiki, app: ./wiki.ts, bus: { allow: [] } } }\n',
      );
      const placed = command.replace('npx spillway', join(root, 'bin/spillway'));
      const done = Bun.spawn(['/bin/sh', '-c', placed], { cwd: place, stdout: 'pipe', stderr: 'pipe' });
      const output = await new Response(done.stdout).text();
      expect(await done.exited, await new Response(done.stderr).text()).toBe(0);
      expect(output).toMatch(/^published /);
    },
  );
});
