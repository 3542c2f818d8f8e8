import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load-configuration.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spillway-config-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function faultsOf(name: string): Promise<readonly string[]> {
  const loaded = await loadConfiguration(join(directory, name));
  if (!('kind' in loaded)) throw new Error('expected faults, found a configuration');
  return loaded.faults.map((fault) => fault.toString().replace(directory, ''));
}

describe('a file that cannot be read is one line', () => {
  test.each<[what: string, make: (path: string) => Promise<unknown>, found: RegExp]>([
    ['missing', async () => {}, /found nothing there: check the path/],
    ['a-directory', (path) => mkdir(path), /found a directory: name the file in it/],
    ['a-device', (path) => symlink('/dev/zero', path), /found something else than a file/],
    ['dangling', (path) => symlink('nowhere', path), /found nothing there/],
    ['latin-1', (path) => writeFile(path, Uint8Array.of(0x61, 0xe9)), /found bytes that are not UTF-8/],
    [
      'too-large',
      (path) => writeFile(path, '').then(() => truncate(path, 5e6)),
      /found 5000000 bytes: that is no configuration/,
    ],
  ])('%s', async (name, make, found) => {
    await make(join(directory, name));
    const faults = await faultsOf(name);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^/${name}: expected a readable YAML file, .*${found.source}`));
    expect(faults[0]).toMatch(/ \[config\/unreadable\]$/);
    expect(faults[0]).not.toContain('\n');
  });
});

test('a socket path longer than the kernel takes is a fault', async () => {
  const path = `./${'s'.repeat(110)}`;
  await writeFile(
    join(directory, 'long.yaml'),
    `listen: [ { http: 'unix:${path}' } ]\napplications: { a: { at: /, scgi: { address: '127.0.0.1:1' } } }\n`,
  );
  const faults = await faultsOf('long.yaml');
  expect(faults).toEqual([
    expect.stringMatching(
      /^\/long\.yaml:1:19: listen\[0\]\.http: expected a socket path of at most 107 bytes, found \d+/,
    ),
  ]);
});

test('an unknown policy comes with the names of those there are', async () => {
  await writeFile(
    join(directory, 'policy.yaml'),
    "listen: [ { http: ':0' } ]\napplications: { a: { at: /, scgi: { address: '127.0.0.1:1' }, policies: [ thresold ] } }\n",
  );
  const faults = await faultsOf('policy.yaml');
  expect(faults).toEqual([
    expect.stringMatching(/policies\[0\]: expected one of auto, threshold, .*did you mean threshold\?/),
  ]);
});
