import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LAUNCHER, run } from './run-spillway.ts';

/** What npm leaves in the place of Bun where it runs no install scripts. */
const PLACEHOLDER = `echo "Error: Bun's postinstall script was not run." >&2\nexit 1\n`;
/** Says which Bun was started, and with what. */
const fakeBun = (name: string) => `#!/bin/sh\nprintf '%s|' ${name} "$@"\n`;

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'spillway launcher '));
  await put('app/src/cli/main.ts', '');
  await put('app/bin/spillway', '');
  await copyFile(LAUNCHER, join(root, 'app/bin/spillway'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text, { mode: 0o755 });
}

/** Under dash, with a PATH that has no Bun but in `path/`. */
const launch = (launcher = 'app/bin/spillway', ...words: string[]) =>
  run('/bin/sh', [join(root, launcher), ...words], {
    cwd: root,
    env: { PATH: `${join(root, 'path')}:/usr/bin:/bin` },
  });

describe('the launcher', () => {
  test.each<[where: string, path: string]>([
    ['of its own installation', 'app/node_modules/.bin/bun'],
    ['beside it in node_modules', '.bin/bun'],
    ['in PATH', 'path/bun'],
  ])('takes the Bun %s, and hands over every word as it is', async (_, path) => {
    await put(path, fakeBun('found'));
    const { code, stdout, stderr } = await launch(undefined, 'check', 'a b', '', '$x *');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`found|${root}/app/src/cli/main.ts|check|a b||$x *|`);
  });

  test('prefers the Bun that came with it to others', async () => {
    await put('app/node_modules/.bin/bun', fakeBun('own'));
    await put('.bin/bun', fakeBun('hoisted'));
    await put('path/bun', fakeBun('path'));
    expect((await launch()).stdout).toMatch(/^own\|/);
  });

  test('follows relative and absolute symbolic links to its place', async () => {
    await put('path/bun', fakeBun('found'));
    await put('links/.keep', '');
    await symlink('../app/bin/spillway', join(root, 'links/relative'));
    await symlink(join(root, 'links/relative'), join(root, 'links/absolute'));
    expect((await launch('links/absolute')).stdout).toBe(`found|${root}/app/src/cli/main.ts|`);
  });

  test('works where it was found in PATH, and where a folder of its path is a link', async () => {
    await put('path/bun', fakeBun('found'));
    await symlink('../app/bin/spillway', join(root, 'path/spillway'));
    await symlink('app', join(root, 'current'));
    const env = { PATH: `${join(root, 'path')}:/usr/bin:/bin` };
    const found = `found|${root}/app/src/cli/main.ts|`;
    expect((await run('/bin/sh', ['-c', 'spillway'], { env })).stdout).toBe(found);
    expect(
      (await run('/bin/sh', ['-c', 'cd /; "$0"', join(root, 'current/bin/spillway')], { env })).stdout,
    ).toBe(found);
  });

  test('passes by a placeholder where there is another Bun', async () => {
    await put('app/node_modules/.bin/bun', PLACEHOLDER);
    await put('path/bun', fakeBun('path'));
    expect((await launch()).stdout).toMatch(/^path\|/);
  });

  test('says what to do where there is only a placeholder', async () => {
    await put('app/node_modules/.bin/bun', PLACEHOLDER);
    const { code, stdout, stderr } = await launch();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`expected the Bun program at ${root}/app/node_modules/.bin/bun`);
    expect(stderr).toContain(`cd "${root}/app/node_modules/bun" && node install.js`);
  });

  test('says what to do where there is no Bun', async () => {
    const { code, stdout, stderr } = await launch();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('expected Bun');
    expect(stderr).toContain(`cd "${root}/app" && npm ci`);
  });

  test('says so where the rest of Spillway is missing', async () => {
    await rm(join(root, 'app/src'), { recursive: true });
    const { code, stderr } = await launch();
    expect(code).toBe(1);
    expect(stderr).toContain('main.ts is missing');
  });
});
