import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { Fault } from '../../src/core/fault.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { tryPolicy } from '../../src/policy/try-policy.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spillway-places-'));
});
afterAll(() => rm(directory, { recursive: true }));

const policy = (body: string, parameters = '{}') => `// A policy of an operator's own.
const parameters = ${parameters};
export default {
  name: 'mine',
  when: 'A test.',
  source: 'None.',
  parameters,
  signals: [],
  reasons: ['so'],
  ${body}
};
`;

let files = 0;

/** Where the file is wrong, and the code of what is wrong. */
async function wrongAt(text: string): Promise<string> {
  const file = join(directory, `policy-${++files}.ts`);
  await writeFile(file, text);
  try {
    const definition = await loadPolicy(file, { directory });
    const fault = tryPolicy({ definition, parameters: {} }, file);
    return fault === undefined ? 'nothing' : placed(fault);
  } catch (error) {
    if (error instanceof Fault) return placed(error);
    throw error;
  }
}

const placed = ({ place, code }: Fault) => `${place?.line}:${place?.column} ${code}`;

test.each([
  ['no export', 'export const policy = 1;\n', '1:1 policy/no-default-export'],
  [
    'a signal that there is none',
    policy('create: () => ({})').replace('signals: []', "signals: ['queue']"),
    '8:3 policy/unknown-signal',
  ],
  [
    'a parameter that is declared above',
    policy(
      'create: () => ({})',
      "{\n  most: { kind: 'integer', default: 0, minimum: 1, unit: 'x', meaning: 'x' },\n}",
    ),
    '3:28 policy/bad-parameters',
  ],
  [
    'what throws when it is made',
    policy("create() {\n    throw new Error('no');\n  },"),
    '11:11 policy/faulty',
  ],
  [
    'what throws when it is asked',
    policy('create: () => ({\n    limit: (lane) => lane.length.of.none,\n  }),'),
    '11:34 policy/faulty',
  ],
  ['nothing', policy('create: () => ({}),'), 'nothing'],
])('%s is found at its place', async (_what, text, at) => {
  expect(await wrongAt(text)).toBe(at);
});

test('what never comes back has its place in the configuration that names it', async () => {
  const file = join(directory, 'endless.ts');
  await writeFile(file, policy('create: () => ({ limit() { for (;;) {} } }),'));
  const configuration = join(directory, 'spillway.yaml');
  const text = `listen: [ { http: 127.0.0.1:0 } ]
applications:
  wiki:
    at: /
    scgi: { address: 127.0.0.1:4000 }
    policies: [ fixed, ./endless.ts ]
  blog: { at: /blog, scgi: { address: 127.0.0.1:4001 }, policies: [ ./endless.ts ], shadow: [ ./endless.ts ] }
`;
  await writeFile(configuration, text);
  let loads = 0;
  const loaded = await loadConfiguration(configuration, {
    loadPolicy: (name, options) => {
      if (name !== 'fixed') loads += 1;
      return loadPolicy(name, options);
    },
  });
  const told = `expected \`limit\` to end within 2s, found that it does not (an endless loop?): ${file} [policy/endless]`;
  expect('kind' in loaded && loaded.faults.map(String)).toEqual([
    `${configuration}:6:24: applications.wiki.policies[1]: ${told}`,
    `${configuration}:7:69: applications.blog.policies[0]: ${told}`,
    `${configuration}:7:95: applications.blog.shadow[0]: ${told}`,
  ]);
  // It is waited for once.
  expect(loads).toBe(1);
});

test.each([
  ['limit: () => 0', 'expected an answer to `limit`, found: expected a whole number from 1, found 0'],
  [
    "arrive: () => ({ shed: 'because' })",
    'expected an answer to `arrive`, found: expected a declared reason, found "because"',
  ],
  [
    'arrive: () => ({ priority: 1, share: 2 })',
    'expected an answer to `arrive`, found: expected a share from 0 to 1, found {"priority":1,"share":2}',
  ],
])('an answer against the contract is found before it comes into force: %s', async (answer, message) => {
  const file = join(directory, `policy-${++files}.ts`);
  await writeFile(file, policy(`create: () => ({ ${answer} }),`));
  const definition = await loadPolicy(file, { directory });
  expect(tryPolicy({ definition, parameters: {} }, file)?.message).toBe(message);
});
