import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { peer } from '../support/peer.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { RunningSpillway } from './running-spillway.ts';

const git = peer('git', 'git');
const backend = '/usr/lib/git-core/git-http-backend';

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

async function gitIn(folder: string, ...args: string[]): Promise<CommandResult> {
  const env = { HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const identity = [
    '-c',
    'user.name=Tester',
    '-c',
    'user.email=tester@example.org',
    '-c',
    'init.defaultBranch=main',
  ];
  const result = await runCommand(git.path, [...identity, ...args], { cwd: folder, env, deadlineMs: 60_000 });
  expect(result, `git ${args.join(' ')}: ${result.output}`).toMatchObject({ code: 0 });
  return result;
}

describe.skipIf(!git.available || !existsSync(backend))('git http-backend in the exec lane', () => {
  test('takes a push of 20 MB in chunks, and gives it back to a clone', async () => {
    const folder = RunningSpillway.folder();
    const served = join(folder, 'served', 'project.git');
    mkdirSync(served, { recursive: true });
    await gitIn(served, 'init', '--bare', '-q');
    await gitIn(served, 'config', 'http.receivepack', 'true');
    // The program is run as it is; only its environment makes it serve this folder.
    writeFileSync(join(folder, 'git.cgi'), `#!/bin/sh\nexec ${backend}\n`);
    chmodSync(join(folder, 'git.cgi'), 0o755);
    gateway = await RunningSpillway.start(
      folder,
      `applications:
  git:
    at: /git
    cgi: { program: ./git.cgi, timeout: 60s }
    environment: { GIT_PROJECT_ROOT: ./served, GIT_HTTP_EXPORT_ALL: "1", REMOTE_USER: tester }
`,
    );
    const url = `${gateway.address}/git/project.git`;
    const here = join(folder, 'here');
    mkdirSync(here);
    await gitIn(here, 'init', '-q');
    const data = randomBytes(20 << 20);
    writeFileSync(join(here, 'data.bin'), data);
    await gitIn(here, 'add', 'data.bin');
    await gitIn(here, 'commit', '-q', '-m', 'twenty megabytes');
    await gitIn(here, 'push', '-q', url, 'main');
    await gitIn(folder, 'clone', '-q', url, 'there');
    expect(
      Buffer.compare(Buffer.from(await Bun.file(join(folder, 'there', 'data.bin')).arrayBuffer()), data),
    ).toBe(0);
    const push = gateway.requests().find((line) => Number(line.bytes_in) > data.length);
    expect(push).toMatchObject({ lane: 'exec', status: 200, method: 'POST' });
  });
});
