import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { PolicyTrial } from '../../src/policy/policy-trial.ts';
import { tryApart } from '../../src/policy/try-apart.ts';

const directory = mkdtempSync(join(tmpdir(), 'spillway-try-apart-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Own {
  readonly above?: string;
  readonly parameters?: string;
  readonly create?: string;
}

const policy = ({ above = '', parameters = '{}', create = '() => ({})' }: Own) => `${above}
export default {
  name: 'mine', when: 'A test.', source: 'Our own.', signals: [], reasons: ['so'],
  parameters: ${parameters},
  create: ${create},
};
`;

let files = 0;
/** Short, since a loop is to be ended and not waited for. What comes back is given the usual time. */
const SHORT_MS = 600;

function written(own: Own): string {
  const file = join(directory, `policy-${++files}.ts`);
  writeFileSync(file, policy(own));
  return file;
}

const asked = (question: string) => ({ create: `() => ({ ${question}() { for (;;) {} } })` });
const most = `{ most: { kind: 'text', default: '1', form: 'x', meaning: 'x', check(text) { while (text === '0') {} } } }`;
const waits = `{ ms: { kind: 'duration', default: 5, meaning: 'x' } }`;
const untilFive = `({ parameters: { ms } }) => { while (ms < 5000) {} return {}; }`;

describe('what never comes back is ended, and named', () => {
  test.each<[string, Own, string, PolicyTrial?]>([
    ['when it is loaded', { above: 'for (;;) {}' }, 'loading'],
    ['waiting when it is loaded', { above: 'await new Promise(() => {});' }, 'loading'],
    ['a check of a parameter', { parameters: most }, 'the check of its parameters', { given: { most: '0' } }],
    ['when it is made', { create: '() => { for (;;) {} }' }, '`create`'],
    [
      'with what is written in the configuration',
      { parameters: waits, create: untilFive },
      '`create`',
      { given: { ms: '1s' } },
    ],
    ['with what is set', { parameters: waits, create: untilFive }, '`create`', { parameters: { ms: 1000 } }],
    ['in `arrive`', asked('arrive'), '`arrive`'],
    ['in `dispatch`', asked('dispatch'), '`dispatch`'],
    ['in `limit`', asked('limit'), '`limit`'],
    ['in `queue`', asked('queue'), '`queue`'],
    ['in `outcome`', asked('outcome'), '`outcome`'],
    ['in `snapshot`', asked('snapshot'), '`snapshot`'],
    ['in `explain`', { create: '() => ({ dispatch() {}, explain() { for (;;) {} } })' }, '`explain`'],
    [
      'with its own state',
      { create: '({ saved }) => { while (saved === 7) {} return { snapshot: () => 7 }; }' },
      '`create` with `saved`',
    ],
    [
      'with the state of the one before it',
      { create: '({ saved }) => { while (saved?.old) {} return {}; }' },
      '`create` with `saved`',
      { saved: { mine: { old: true } } },
    ],
  ])('%s', async (_what, own, step, trial = {}) => {
    const file = written(own);
    const fault = await tryApart(file, trial, SHORT_MS);
    expect(fault?.code).toBe('policy/endless');
    expect(fault?.message).toBe(
      `expected ${step} to end within ${SHORT_MS}ms, found that it does not (an endless loop?)`,
    );
    expect(fault?.place).toEqual({ file });
  });
});

test.each([
  ['exit code 3', { above: 'process.exit(3);' }, 'loading'],
  ['exit code 0', { create: '() => process.exit(0)' }, '`create`'],
  ['SIGKILL', { create: "() => ({ arrive() { process.kill(process.pid, 'SIGKILL'); } })" }, '`arrive`'],
])('what ends its process is named with the end: %s', async (end, own, step) => {
  const fault = await tryApart(written(own), {});
  expect(fault?.code).toBe('policy/ends-process');
  expect(fault?.message).toBe(`expected ${step} to come back, found that it ended the process with ${end}`);
});

describe('nothing is said', () => {
  test.each<[string, Own, PolicyTrial?]>([
    ['of one that comes back', {}],
    ['of what it prints', { above: "console.log('{}\\ndone'); console.error('so');" }],
    ['of what it writes in our name', { above: "require('node:fs').writeSync(3, '{\\nnull\\n');" }],
    [
      'of a loop with a value that is not its',
      { parameters: waits, create: untilFive },
      { given: { ms: '5s' } },
    ],
    [
      'of a loop with a value that another took the place of',
      { parameters: waits, create: untilFive },
      { given: { ms: '5s' }, parameters: { ms: 1000 } },
    ],
    ['of what it throws: that is found where it is loaded', { above: "throw new Error('so');" }],
    ['of what cannot be a state: it is tried without', {}, { saved: { mine: (() => 1) as never } }],
  ])('%s', async (_what, own, trial = {}) => {
    expect(await tryApart(written(own), trial)).toBeUndefined();
  });

  test('of imports of its own, types and values', async () => {
    writeFileSync(join(directory, 'helper.ts'), 'export type Most = number;\nexport const most: Most = 3;\n');
    const own = {
      above: "import { type Most, most } from './helper.ts';",
      create: '() => ({ limit: (): Most => most })',
    };
    expect(await tryApart(written(own), {})).toBeUndefined();
  });

  test('of one that is only loaded, and would be endless when it is made', async () => {
    expect(await tryApart(written({ create: '() => { for (;;) {} }' }), undefined)).toBeUndefined();
  });
});

test('the event loop goes on meanwhile', async () => {
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 5);
  await tryApart(written({ above: 'for (;;) {}' }), {}, SHORT_MS);
  clearInterval(turning);
  expect(turns).toBeGreaterThan(5);
});
