import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PolicyDefinition } from '../../src/core/policy.ts';
import { checkParameters } from '../../src/policy/check-parameters.ts';
import { LAUNCHER, run } from '../cli/run-spillway.ts';
import { idleLoad } from '../support/idle-load.ts';
import { viewOf } from '../support/view-of.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { startPolicy } from './start-policy.ts';

const readme = readFileSync(join(import.meta.dirname, '../../policies/README.md'), 'utf8');
const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'spillway-readme-'));
  writeFileSync(join(directory, 'people-first.ts'), example);
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the example of policies/README.md has twenty lines of code', () => {
  const lines = example.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import type'));
  expect(lines.length).toBeLessThanOrEqual(20);
});

test('it keeps the contract', async () => {
  const tested = await run(LAUNCHER, ['policy', 'test', 'people-first.ts'], { cwd: directory });
  expect(tested).toMatchObject({ code: 0, stderr: '' });
});

test('the configuration beside it is right', async () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
  writeFileSync(join(directory, 'wiki.cgi'), '#!/bin/sh\n', { mode: 0o755 });
  const whole = yaml.replace('  wiki:\n', '  wiki:\n    at: /wiki\n    cgi: { program: ./wiki.cgi }\n');
  writeFileSync(join(directory, 'spillway.yaml'), `listen: [ { http: 127.0.0.1:0 } ]\n${whole}`);
  const checked = await run(LAUNCHER, ['check', 'spillway.yaml'], { cwd: directory });
  expect(checked).toMatchObject({ code: 0, stderr: '' });
});

test('it does what it says', async () => {
  const { default: definition } = (await import(join(directory, 'people-first.ts'))) as {
    readonly default: PolicyDefinition;
  };
  expect(checkParameters(definition.parameters, { patience: '500ms' })).toMatchObject({ ok: true });
  const policy = startPolicy(definition, new VirtualClock());
  const crawler = viewOf({ HTTP_USER_AGENT: 'Googlebot/2.1' });
  const full = idleLoad({ oldestWaitMs: 300 });
  expect(policy.arrive?.(crawler, full)).toEqual({ shed: 'crawler' });
  expect(policy.arrive?.(crawler, idleLoad())).toBeUndefined();
  expect(policy.arrive?.(viewOf(), full)).toBeUndefined();
});
