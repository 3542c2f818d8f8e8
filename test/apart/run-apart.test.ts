import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runApart } from '../../src/apart/run-apart.ts';

const directory = mkdtempSync(join(tmpdir(), 'spillway-apart-'));
afterAll(() => rmSync(directory, { recursive: true }));

const apart = JSON.stringify(join(import.meta.dirname, '../../src/apart/apart.ts'));

/** Runs this text, in which `apart` is known; gives how it ended, and what it said. */
async function run(
  text: string,
  { input = {}, limitMs = 10_000, processorSeconds = 60, again = false } = {},
) {
  const module = join(directory, 'module.ts');
  writeFileSync(module, `import { apart } from ${apart};\n${text}`);
  const words: object[] = [];
  const end = await runApart({
    module,
    input,
    limitMs,
    processorSeconds,
    output: 'ignore',
    hear: (word) => {
      words.push(word);
      return again || words.length === 1;
    },
  });
  return { end, words };
}

test('what a module says is heard, and what it is given may be anything that can be cloned', async () => {
  const input = { most: Number.POSITIVE_INFINITY, names: new Map([['a', 'ü']]) };
  const { end, words } = await run(
    'const { most, names } = apart.input(); apart.say({ most: String(most), a: names.get("a") }); apart.done();',
    { input },
  );
  expect(end).toEqual({ kind: 'done' });
  expect(words).toEqual([{ most: 'Infinity', a: 'ü' }]);
});

test('it is done when it says so, whatever it does then', async () => {
  expect((await run('apart.done(); for (;;) {}')).end).toEqual({ kind: 'done' });
});

test('it is late when it works for too long after its first word', async () => {
  const { end, words } = await run('apart.say({ first: 1 }); apart.say({ second: 2 }); for (;;) {}', {
    limitMs: 300,
  });
  expect(end).toEqual({ kind: 'late' });
  expect(words).toEqual([{ first: 1 }, { second: 2 }]);
});

test('where each word gives it more time, only silence is late', async () => {
  const { end, words } = await run(
    'for (let n = 0; n < 8; n += 1) { apart.say({ n }); await Bun.sleep(200); } apart.done();',
    { limitMs: 1200, again: true },
  );
  expect(end).toEqual({ kind: 'done' });
  expect(words).toHaveLength(8);
});

test.each([
  ['process.exit(3);', 'exit code 3'],
  ["throw new Error('so');", 'exit code 1'],
  ["process.kill(process.pid, 'SIGTERM');\nawait new Promise(() => {});", 'SIGTERM'],
])('it ended where it says nothing: %s', async (text, how) => {
  expect((await run(text)).end).toEqual({ kind: 'ended', how });
});

test('nobody need watch it: the system ends what uses too much of the processor', async () => {
  const { end } = await run('apart.say({}); for (;;) {}', { processorSeconds: 1, limitMs: 60_000 });
  expect(end).toMatchObject({ kind: 'ended', how: expect.stringMatching(/^SIG(XCPU|KILL)$/) });
}, 30_000);
