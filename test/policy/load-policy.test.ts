import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import threshold from '../../policies/threshold.ts';
import { Fault } from '../../src/core/fault.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { defaultChain } from '../../src/policy/default-chain.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spillway-load-policy-'));
});
afterAll(() => rm(directory, { recursive: true }));

const sound = `{
  name: 'mine', when: 'A test.', source: 'None.', parameters: {}, signals: ['queued'], reasons: ['so'],
  create: () => ({}),
}`;
let files = 0;

async function write(text: string): Promise<string> {
  const name = `policy-${++files}.ts`;
  await writeFile(join(directory, name), text);
  return name;
}

async function faultOf(name: string): Promise<Fault> {
  const error: unknown = await loadPolicy(name, { directory }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error(`expected a Fault, found ${error}`);
  return error;
}

describe('built-in policies', () => {
  test('are found by name', async () => {
    expect(await loadPolicy('threshold', { directory })).toBe(threshold);
  });

  test('are called by their own names', () => {
    for (const [name, definition] of builtInPolicies) expect(definition.name).toBe(name);
  });

  test('hold those of the default chain', () => {
    expect(defaultChain.map(({ name }) => name)).toEqual(['auto']);
    for (const { name } of defaultChain) expect(builtInPolicies.has(name)).toBe(true);
  });

  test('are suggested for a slip', async () => {
    const fault = await faultOf('treshold');
    expect(fault.code).toBe('policy/unknown');
    expect(fault.message).toContain('did you mean threshold?');
  });
});

describe("an operator's own file", () => {
  test('is found by a path relative to the folder of the configuration', async () => {
    const file = await write(`export default ${sound};`);
    expect((await loadPolicy(`./${file}`, { directory })).name).toBe('mine');
    expect((await loadPolicy(file, { directory })).reasons).toEqual(['so']);
    expect((await loadPolicy(join(directory, file), { directory: '/' })).name).toBe('mine');
  });

  test('is read anew when it was changed', async () => {
    const file = await write(`export default ${sound};`);
    await loadPolicy(file, { directory });
    await writeFile(join(directory, file), `export default ${sound.replace("'mine'", "'changed'")};`);
    await utimes(join(directory, file), new Date(), new Date(Date.now() + 5000));
    expect((await loadPolicy(file, { directory })).name).toBe('changed');
  });

  test.each([
    ['./none.ts', 'policy/not-found'],
    ['./', 'policy/not-found'],
  ])('%s: %s', async (file, code) => {
    expect((await faultOf(file)).code).toBe(code);
  });

  test('that is no module says why, and where', async () => {
    const file = await write('export default {');
    const fault = await faultOf(file);
    expect(fault.code).toBe('policy/not-importable');
    expect(fault.place?.file).toBe(join(directory, file));
  });

  const without = (from: string, to: string) => `export default ${sound.replace(from, to)};`;
  test.each([
    ['export const policy = 1;', 'policy/no-default-export', undefined],
    ['export default 5;', 'policy/not-a-policy', 'default'],
    [without("name: 'mine'", "name: 'Mine'"), 'policy/bad-name', 'name'],
    [without("name: 'mine'", "name: 'default'"), 'policy/reserved-name', 'name'],
    [without("when: 'A test.'", "when: ''"), 'policy/undocumented', 'when'],
    [without("source: 'None.',", ''), 'policy/undocumented', 'source'],
    [without('parameters: {},', ''), 'policy/bad-parameters', 'parameters'],
    [
      without('parameters: {}', "parameters: { most: { kind: 'whole' } }"),
      'policy/bad-parameters',
      'parameters.most.kind',
    ],
    [
      without(
        'parameters: {}',
        "parameters: { most: { kind: 'integer', default: 0, minimum: 1, unit: 'x', meaning: 'x' } }",
      ),
      'policy/bad-parameters',
      'parameters.most.default',
    ],
    [
      without('parameters: {}', "parameters: { most: { kind: 'boolean', default: true } }"),
      'policy/bad-parameters',
      'parameters.most.meaning',
    ],
    [without("['queued']", "['queue']"), 'policy/unknown-signal', 'signals'],
    [without("['queued']", "'queued'"), 'policy/bad-list', 'signals'],
    [without("['so']", "['So What']"), 'policy/bad-reason', 'reasons'],
    [without('create: () => ({}),', ''), 'policy/no-create', 'create'],
  ])('%s is refused: %s', async (text, code, key) => {
    const fault = await faultOf(await write(text));
    expect([fault.code, fault.place?.key]).toEqual([code, key]);
    expect(fault.message).toMatch(/^expected .*, found /);
  });
});
