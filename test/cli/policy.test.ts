import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { parameterForm } from '../../src/policy/parameter-text.ts';
import { LAUNCHER, run } from './run-spillway.ts';

const cwd = mkdtempSync(join(tmpdir(), 'spillway-policy-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const policy = (...words: string[]) => run(LAUNCHER, ['policy', ...words], { cwd });

const own = (create: string) => `export default {
  name: 'mine',
  when: 'A test of policies.',
  source: 'Our own.',
  parameters: {},
  signals: [],
  reasons: ['so'],
  ${create}
};
`;

test('policy list has every policy with when to choose it, and the default', async () => {
  const { code, stdout } = await policy('list');
  expect(code).toBe(0);
  for (const { name, when } of builtInPolicies.values()) {
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    expect(stdout).toContain(when);
  }
  expect(stdout).toContain('The default: policies: [ auto ]');
});

describe('policy show', () => {
  const words = (text: string) => text.replace(/\s+/g, ' ');

  test.each([...builtInPolicies.keys()])('%s documents it from its schema', async (name) => {
    const { code, stdout } = await policy('show', name);
    expect(code).toBe(0);
    const definition = builtInPolicies.get(name)!;
    for (const [key, parameter] of Object.entries(definition.parameters)) {
      expect(stdout).toMatch(new RegExp(`^  ${key}: `, 'm'));
      expect(words(stdout)).toContain(words(`(${parameterForm(parameter)}) ${parameter.meaning}`));
    }
    expect(words(stdout)).toContain(words(definition.source));
  });

  test('auto says what it is composed of', async () => {
    expect((await policy('show', 'auto')).stdout).toContain('Composed of: threshold, gradient\n');
  });

  test('suggests the name that was meant; exit code 1', async () => {
    const { code, stderr } = await policy('show', 'treshold');
    expect(code).toBe(1);
    expect(stderr).toContain('did you mean threshold?');
  });
});

describe('policy new', () => {
  test('writes a commented file that works', async () => {
    expect((await policy('new', 'night-shift')).code).toBe(0);
    const text = readFileSync(join(cwd, 'night-shift.ts'), 'utf8');
    expect(text.split('\n').filter((line) => /^\s*(\/\/|\*)/.test(line)).length).toBeGreaterThan(15);
    const tested = await policy('test', 'night-shift.ts');
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining('all 22 kept')]);
    expect((await policy('show', './night-shift.ts')).stdout).toContain('patience: 200ms');
  });

  test('writes over nothing', async () => {
    writeFileSync(join(cwd, 'mine.ts'), 'mine');
    const { code, stderr } = await policy('new', 'mine');
    expect([code, stderr]).toEqual([1, expect.stringContaining('[policy/not-written]')]);
    expect(readFileSync(join(cwd, 'mine.ts'), 'utf8')).toBe('mine');
  });

  test.each([
    ['Night Shift', 'policy/bad-name'],
    ['threshold', 'policy/name-taken'],
  ])('%s is no name for one', async (name, fault) => {
    const { code, stderr } = await policy('new', name);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`[${fault}]`)]);
  });
});

describe('policy test', () => {
  const tested = async (text: string) => {
    writeFileSync(join(cwd, 'tested.ts'), text);
    return policy('test', './tested.ts');
  };

  test('tells what is broken, and where it threw; exit code 1', async () => {
    const { code, stdout } = await tested(
      own(
        "create: () => ({\n    limit: () => 0,\n    snapshot() {\n      throw new Error('no state');\n    },\n  }),",
      ),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('BROKEN  answers any load');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'expected a whole number from 1 to 10000 in the lane exec, found 0',
    );
    expect(stdout).toMatch(/it threw at 11:\d+: no state/);
    expect(stdout).toMatch(/kept {4}begins|BROKEN {2}begins/);
    expect(stdout).toMatch(/^\d of 11 broken: /m);
    expect(stdout).toContain('It is not flooded before it keeps these.');
  });

  test('floods it in a simulated machine, with figures; what it does not bear there makes the exit code 1 as well', async () => {
    const good = await policy('test', 'auto');
    expect(good.code).toBe(0);
    const figures = [...good.stdout.matchAll(/goodput ([\d.]+) % of the capacity, p99 \d+ ms/g)];
    expect(figures.length).toBe(6);
    for (const [, goodput] of figures.slice(0, 3)) expect(Number(goodput)).toBeGreaterThanOrEqual(95);
    const bad = await tested(
      own(
        "create: () => ({ arrive: (_view, load) => (load.inflight.exec > 0 ? { shed: 'so' } : undefined) }),",
      ),
    );
    expect(bad.code).toBe(1);
    expect(bad.stdout.replace(/\s+/g, ' ')).toContain('beside `fixed` with 64 at once');
    expect(bad.stdout.replace(/\s+/g, ' ')).toMatch(
      /BROKEN refuses at most 5 % at 60 % of the capacity [\d.]+ % refused expected at most 5 % refused/,
    );
    expect(bad.stdout).toMatch(/^\d of 22 broken: /m);
  });

  test('names the place of what is no policy; exit code 1', async () => {
    const syntax = await tested('export default {\n  name: :,\n};\n');
    expect([syntax.code, syntax.stderr]).toEqual([
      1,
      expect.stringMatching(/tested\.ts:2:9: .*\[policy\/not-importable\]/),
    ]);
    const thrown = await tested(
      'interface Table { a: number }\nexport default { name: read() };\nfunction read(): never {\n  throw new Error("no");\n}\n',
    );
    expect(thrown.stderr).toMatch(/tested\.ts:4:\d+: .*found: no \[policy\/not-importable\]/);
    const signals = await tested(own('create: () => ({}),').replace('signals: []', "signals: ['queue']"));
    expect(signals.stderr).toMatch(/tested\.ts:6:3: signals: .*did you mean queued/);
  });

  test('ends where the policy does not: one that never comes back is named with what it was asked; exit code 1', async () => {
    const asked = await tested(own('create: () => ({ dispatch() { for (;;) {} } }),'));
    expect([asked.code, asked.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^spillway: \S+tested\.ts: expected `dispatch` to end within 2s, found that it does not \(an endless loop\?\) \[policy\/endless\]$/m,
      ),
    ]);
    const loaded = await tested('for (;;) {}\n');
    expect([loaded.code, loaded.stderr]).toEqual([1, expect.stringContaining('expected loading to end')]);
  });

  test('ends as well where only a later check finds the loop, or the end of the process', async () => {
    // 100 requests are more than it is asked before it is known to come back.
    const late = await tested(
      own(
        'create() {\n    let seen = 0;\n    return { arrive() { seen += 1; while (seen > 100) {} } };\n  },',
      ),
    );
    expect(late.code).toBe(1);
    expect(late.stdout).toMatch(
      /^ {2}BROKEN {2}.+\n {12}it did not end within 10s \(an endless loop\?\)\n1 of \d+ broken: /m,
    );
    const gone = await tested(
      own(
        'create() {\n    let seen = 0;\n    return { arrive() { seen += 1; if (seen > 100) process.exit(0); } };\n  },',
      ),
    );
    expect(gone.code).toBe(1);
    expect(gone.stdout).toContain('it ended the process with exit code 0');
  }, 30_000);

  test('of one that comes with Spillway goes by its name', async () => {
    expect(await policy('test', 'fixed')).toMatchObject({ code: 0 });
  });

  test('without a file is wrong usage: exit code 2', async () => {
    expect((await policy('test')).code).toBe(2);
    expect((await policy('examine', 'x')).code).toBe(2);
  });
});
