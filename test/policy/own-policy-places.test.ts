import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
