import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { Fault } from '../../src/core/fault.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';

/**
 * Whatever stands in the file comes to a configuration that keeps its promises, or to faults with places inside the file:
 * nothing is thrown.
 */
let directory = '';
let full = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spillway-mutated-'));
  full = await readFile(join(import.meta.dirname, 'golden/full.yaml'), 'utf8');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Policies by name only: a mutated path must not be imported. */
async function loadPolicy(name: string) {
  const definition = builtInPolicies.get(name);
  if (definition === undefined) throw new Fault('policy/unknown', `expected a policy, found ${name}`);
  return definition;
}

async function check(text: string): Promise<void> {
  const file = join(directory, 'mutated.yaml');
  await writeFile(file, text);
  const loaded = await loadConfiguration(file, { loadPolicy, searchPath: '/usr/bin:/bin' });
  if ('kind' in loaded) {
    expect(loaded.faults.length).toBeGreaterThan(0);
    const lines = text.split('\n').length;
    for (const { place, code, message } of loaded.faults) {
      expect(place?.file).toBe(file);
      expect(place?.line ?? 1).toBeGreaterThanOrEqual(1);
      expect(place?.line ?? 1).toBeLessThanOrEqual(lines);
      expect(code).toMatch(/^(config|policy)\/[a-z-]+$/);
      expect(message).toMatch(/^expected [\s\S]+/);
    }
    return;
  }
  expect(loaded.listen.length).toBeGreaterThan(0);
  for (const { name, at, cgi, scgi, policies, queue } of loaded.applications) {
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
    expect(at === '' || /^\/.*[^/]$/.test(at)).toBe(true);
    expect(cgi ?? scgi).toBeDefined();
    if (cgi !== undefined) expect(isAbsolute(cgi.program ?? cgi.directory)).toBe(true);
    expect(policies.length).toBeGreaterThan(0);
    expect(Number.isSafeInteger(queue.max) && Number.isSafeInteger(queue.timeoutMs)).toBe(true);
  }
}

const fragment = fc.oneof(
  fc.constantFrom(
    ...[
      '\t',
      '\n',
      ' ',
      '[',
      ']',
      '{',
      '}',
      ':',
      ': ',
      '- ',
      '&a ',
      '*a',
      '!t ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '?',
      '%',
      '---\n',
    ],
    ...[
      'null',
      '~',
      '0',
      '-1',
      '.nan',
      '.inf',
      '1e400',
      '__proto__',
      'constructor',
      '<<',
      'wiki',
      '\u0000',
      '\uFEFF',
      '\uD800',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);

test('a file with a few changes anywhere', async () => {
  const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 30 }), put: fragment });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let text = full;
      for (const { at, cut, put } of changes) {
        const from = at % (text.length + 1);
        text = text.slice(0, from) + put + text.slice(from + cut);
      }
      await check(text);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('a file with any values at the known keys', async () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const mapOf = (...keys: string[]) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
  const application = fc.record(
    {
      at: fc.oneof(value, fc.webPath()),
      cgi: fc.oneof(value, mapOf('program', 'timeout')),
      scgi: fc.oneof(value, mapOf('address', 'daemon', 'timeout')),
      policies: fc.oneof(value, fc.array(value)),
      queue: mapOf('max', 'timeout'),
      environment: fc.dictionary(fc.string(), value),
      overload_page: value,
      max_body: value,
    },
    { requiredKeys: [] },
  );
  const root = fc.record(
    {
      listen: fc.oneof(value, fc.array(mapOf('http'))),
      admin: value,
      log: mapOf('level', 'format', 'access'),
      http: mapOf('head_timeout', 'max_head'),
      stop_timeout: value,
      applications: fc.oneof(value, fc.dictionary(fc.string(), fc.oneof(value, application))),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(value, root), async (written) => check(stringify(written))),
    { numRuns: 200 },
  );
}, 60_000);
