import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeeperLogFile } from '../../src/frontend/keeper-log-file.ts';

test('what a keeper logs never takes more than twice the bound, and the last lines are there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spillway-keeper-log-'));
  const log = new KeeperLogFile(join(directory, 'wiki.log'), 1000);
  for (let line = 0; line < 100; line += 1) log.info('daemon-output', { line: `line ${line}` });
  log.warn('daemon-died', {});
  expect(readdirSync(directory).sort()).toEqual(['wiki.log', 'wiki.log.1']);
  for (const name of readdirSync(directory)) {
    expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(1000);
  }
  const last = readFileSync(join(directory, 'wiki.log'), 'utf8').trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ level: 'warn', event: 'daemon-died' });
  rmSync(directory, { recursive: true });
});

test('without a folder for the file, nothing is logged and nothing fails', () => {
  expect(() => new KeeperLogFile('/nowhere/wiki.log').info('daemon-started', {})).not.toThrow();
});
