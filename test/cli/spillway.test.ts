import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { formatJsonSchema } from '../../src/config/format-json-schema.ts';
import { LAUNCHER, run, runSpillway } from './run-spillway.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spillway-cli-'));
  await writeFile(join(directory, 'wiki.cgi'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(
    join(directory, 'good.yaml'),
    `listen: [ { http: 127.0.0.1:8080 } ]
admin: 127.0.0.1:9180
applications:
  wiki:
    at: /wiki
    cgi: { program: ./wiki.cgi, timeout: 30s }
    scgi: { address: unix:./wiki.sock, daemon: { command: [./wiki.cgi, ./wiki.sock] } }
`,
  );
  await writeFile(
    join(directory, 'bad.yaml'),
    `listen: [ { http: 127.0.0.1:8080 } ]
applications:
  wiki:
    at: /wiki
    cgi: { programm: ./wiki.cgi, timeout: 30 }
`,
  );
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('spillway --help', () => {
  test.each([['--help'], ['-h'], ['help']])('teaches with %s', async (word) => {
    const { code, stdout, stderr } = await runSpillway(word);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const taught of [
      'serve',
      'check',
      'schema',
      'exec',
      'forward',
      'shed',
      'applications:',
      'README.md',
      '/metrics',
    ]) {
      expect(stdout).toContain(taught);
    }
  });

  test('fits a terminal of 100 columns', async () => {
    const { stdout } = await runSpillway('--help');
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('teaches only configurations that are right', async () => {
    const { stdout } = await runSpillway('--help');
    const [, example = ''] = /spillway\.yaml:\n((?: {2}.*\n)+)/.exec(stdout) ?? [];
    await writeFile(join(directory, 'example.yaml'), example.replace(/^ {2}/gm, ''));
    expect(await runSpillway('check', join(directory, 'example.yaml'))).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test('has help for each command', async () => {
    const { code, stdout } = await runSpillway('check', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('spillway check [options] <FILE>');
  });
});

test('spillway --version prints the version alone', async () => {
  expect(await runSpillway('--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
});

test('spillway schema prints the JSON Schema', async () => {
  expect(await runSpillway('schema')).toEqual({ code: 0, stdout: formatJsonSchema(), stderr: '' });
});

describe('spillway check', () => {
  test('says of a good file what it amounts to', async () => {
    const { code, stdout, stderr } = await run(LAUNCHER, ['check', 'good.yaml'], { cwd: directory });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`good.yaml: no faults, 1 application
  listen  http 127.0.0.1:8080
  admin   http 127.0.0.1:9180
  wiki at /wiki
    exec      ${directory}/wiki.cgi, timeout 30s
    forward   unix:${directory}/wiki.sock, daemon ${directory}/wiki.cgi ${directory}/wiki.sock
    shed      the page that is built in
    policies  auto
    queue     512 requests, 5s
`);
  });

  test('names every fault of a bad file with its place, and shows the line', async () => {
    const { code, stdout, stderr } = await run(LAUNCHER, ['check', 'bad.yaml'], { cwd: directory });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const line = '        cgi: { programm: ./wiki.cgi, timeout: 30 }';
    expect(
      stderr,
    ).toBe(`bad.yaml:5:5: applications.wiki.cgi: expected program or directory, found neither: name one program, or one directory of programs [config/no-program]
${line}
        ^
bad.yaml:5:12: applications.wiki.cgi.programm: expected one of program, directory, nph, user, group, umask, nice, limits, timeout, found programm: did you mean program? [config/unknown-key]
${line}
               ^
bad.yaml:5:43: applications.wiki.cgi.timeout: expected a duration such as 250ms, 5s, 2m or 1h, from 1ms to 480h, found 30 [config/invalid-value]
${line}
                                              ^
3 faults
`);
  });

  test('says in a line that a file is missing', async () => {
    const { code, stdout, stderr } = await run(LAUNCHER, ['check', 'none.yaml'], { cwd: directory });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^none\.yaml: expected a readable YAML file, found nothing there: .*\n1 fault\n$/);
  });
});

test('spillway serve refuses a bad file as check does', async () => {
  const [served, checked] = await Promise.all([
    runSpillway('serve', join(directory, 'bad.yaml')),
    runSpillway('check', join(directory, 'bad.yaml')),
  ]);
  expect(served).toEqual(checked);
});

describe('wrong usage ends with 2 and says what is right', () => {
  test.each<[words: readonly string[], said: string]>([
    [[], 'Usage: spillway'],
    [['chek', 'x.yaml'], 'Did you mean check?'],
    [['check'], "missing required argument 'FILE'"],
    [['check', 'a.yaml', 'b.yaml'], 'too many arguments'],
    [['check', '--verbos', 'a.yaml'], "unknown option '--verbos'"],
    [['--versoin'], 'Did you mean --version?'],
  ])('%j', async (words, said) => {
    const { code, stdout, stderr } = await runSpillway(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});

test('a reader that stops reading is no fault', async () => {
  const { code, stderr } = await run('/bin/sh', [
    '-c',
    `"${LAUNCHER}" schema | head -n 1; "${LAUNCHER}" schema | true`,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
