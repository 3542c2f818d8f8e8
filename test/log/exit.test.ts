import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test.each([
  ['return', 0],
  ['exit', 3],
  ['throw', 1],
])('no line is lost when the process ends by %s', (how, status) => {
  const fixture = new URL('exit-fixture.ts', import.meta.url).pathname;
  const run = spawnSync(process.execPath, [fixture, how], { encoding: 'utf8', timeout: 15_000 });
  const lines = run.stdout.trimEnd().split('\n');
  expect(run.status).toBe(status);
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(Array.from({ length: 1000 }, (_, line) => line));
});
