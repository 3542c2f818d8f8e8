import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';
import { type LogLine, RunningSpillway } from './running-spillway.ts';

const bin = join(import.meta.dirname, '../../bin/spillway');

let gateway: RunningSpillway | undefined;

afterEach(async () => {
  const code = gateway === undefined ? 0 : await gateway.stop();
  gateway = undefined;
  expect(code).toBe(0);
});

/** Counts the requests it has seen, keeps the number in its state, and sheds from the `most`th on as `reason`. */
const counting = (most: number, reason: string, more = '') => `import type { Policy } from 'spillway/policy';
export default {
  name: 'counting',
  when: 'A test.',
  source: 'Our own.',
  parameters: {},
  signals: [],
  reasons: ['${reason}'],
  create({ saved }: { saved: unknown }): Policy {
    let seen = typeof saved === 'number' ? saved : 0;
    ${more}
    return {
      arrive: () => {
        seen += 1;
        return seen > ${most} ? { shed: '${reason}' } : undefined;
      },
      snapshot: () => seen,
    };
  },
};
`;

async function start(policy: string, configuration = ''): Promise<RunningSpillway> {
  const folder = RunningSpillway.folder();
  writeFileSync(join(folder, 'say.cgi'), '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nsaid"\n', {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'mine.ts'), policy);
  gateway = await RunningSpillway.start(
    folder,
    `${configuration}applications:
  one: { at: /one, cgi: { program: ./say.cgi }, policies: [ ./mine.ts, fixed ] }
  two: { at: /two, cgi: { program: ./say.cgi }, policies: [ fixed ] }
`,
  );
  return gateway;
}

/** Also those that have ended and were not collected. */
function childrenOf(parent: number): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      const stat = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'latin1') : '';
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      // Gone meanwhile.
      return false;
    }
  });
}

const isReload = (line: LogLine): boolean => line.event === 'reloaded' || line.event === 'reload-failed';

/** Waits for the next reload that comes of `action`. */
async function reloaded(running: RunningSpillway, action: () => void): Promise<LogLine | undefined> {
  const told = running.log.filter(isReload).length;
  action();
  await running.until(() => running.log.filter(isReload).length > told);
  return running.log.filter(isReload)[told];
}

async function edit(running: RunningSpillway, policy: string): Promise<LogLine | undefined> {
  writeFileSync(join(running.folder, 'mine.ts'), policy);
  return reloaded(running, () => running.signal('SIGHUP'));
}

const statusOf = async (running: RunningSpillway, path = '/one'): Promise<number> =>
  (await fetch(`${running.address}${path}`)).status;
const successful = 'spillway_config_last_reload_successful';

describe("an operator's own policy, edited in place", () => {
  test('comes into force at a reload, and goes on with the state of the one before it', async () => {
    const running = await start(counting(100, 'enough'));
    for (let one = 0; one < 5; one += 1) expect(await statusOf(running)).toBe(200);
    expect(await edit(running, counting(6, 'few'))).toMatchObject({ event: 'reloaded', changed: ['one'] });
    expect(await statusOf(running)).toBe(200);
    expect(await statusOf(running)).toBe(503);
    expect(await running.admin('/metrics')).toMatch(/spillway_decisions_total\{[^}]*reason="few"[^}]*\} 1/);
    expect(await running.metric(successful)).toBe(1);
  });

  test.each([
    ['a slip of syntax', counting(0, 'none', 'let let = ;'), /mine\.ts:11:\d+: /],
    ['what throws when it is made', counting(0, 'none', 'seen.of.nothing.there();'), /mine\.ts:11:\d+: /],
    ['a reason of another form', counting(0, 'So What'), /mine\.ts:8:3: reasons: /],
  ])(
    'that is broken changes nothing, and is named with line and column: %s',
    async (_what, broken, place) => {
      const running = await start(counting(100, 'enough'));
      expect(await statusOf(running)).toBe(200);
      const told = await edit(running, broken);
      expect(told).toMatchObject({ event: 'reload-failed', problem: expect.stringMatching(place) });
      expect(await running.metric(successful)).toBe(0);
      expect(await statusOf(running)).toBe(200);
      expect(await edit(running, counting(2, 'mended'))).toMatchObject({ event: 'reloaded' });
      expect(await running.metric(successful)).toBe(1);
      expect(await statusOf(running)).toBe(503);
    },
  );
});

describe('one that never comes back', () => {
  test.each([
    ['when it is loaded', `for (;;) {}\n${counting(0, 'none')}`, 'loading'],
    ['when it is made', counting(0, 'none', 'for (;;) {}'), '`create`'],
    ['with what it has learned', counting(0, 'none', 'while (seen === 1) {}'), '`create` with `saved`'],
    [
      'when it is asked',
      counting(0, 'none').replace('arrive: () => {', 'arrive: () => {\nfor (;;) {}'),
      '`arrive`',
    ],
  ])('%s changes nothing, and everybody is served while it is tried', async (_what, broken, step) => {
    const running = await start(counting(100, 'enough'));
    expect(await statusOf(running)).toBe(200);
    writeFileSync(join(running.folder, 'mine.ts'), broken);
    running.signal('SIGHUP');
    let told: LogLine | undefined;
    let served = 0;
    // The other application, so that what the first has learned stays as it is.
    await running.until(async () => {
      expect(await statusOf(running, '/two')).toBe(200);
      told = running.log.find(isReload);
      if (told === undefined) served += 1;
      return told !== undefined;
    }, 20_000);
    // It was tried for two seconds: had they been the gateway's, one request at most would have been answered.
    expect(served).toBeGreaterThan(5);
    expect(told).toMatchObject({ event: 'reload-failed', code: 'policy/endless' });
    const problem = String(told?.problem);
    expect(problem).toMatch(/^\S+spillway\.yaml:\d+:\d+: applications\.one\.policies\[0\]: /);
    expect(problem).toContain(`expected ${step} to end within 2s, found that it does not (an endless loop?)`);
    expect(problem).toContain(join(running.folder, 'mine.ts'));
    expect(await running.metric(successful)).toBe(0);
    expect(await statusOf(running)).toBe(200);
    expect(await edit(running, counting(2, 'mended'))).toMatchObject({ event: 'reloaded', changed: ['one'] });
    expect(await running.metric(successful)).toBe(1);
    // What it had learned is still known: it is the third.
    expect(await statusOf(running)).toBe(503);
  });

  test('leaves no process behind', async () => {
    const running = await start(counting(100, 'enough'));
    writeFileSync(join(running.folder, 'mine.ts'), counting(0, 'none', 'for (;;) {}'));
    await reloaded(running, () => running.signal('SIGHUP'));
    await running.until(() => childrenOf(running.pid).length === 0);
  });

  test('with `watch: true` neither does a reload nor ends it', async () => {
    const running = await start(counting(100, 'enough'), 'watch: true\n');
    const file = join(running.folder, 'mine.ts');
    const broken = await reloaded(running, () => writeFileSync(file, counting(0, 'none', 'for (;;) {}')));
    expect(broken).toMatchObject({ event: 'reload-failed', code: 'policy/endless' });
    expect(await reloaded(running, () => writeFileSync(file, counting(0, 'all')))).toMatchObject({
      event: 'reloaded',
    });
    expect(await statusOf(running)).toBe(503);
  });

  test('is found by `spillway check`, with line and column; exit code 1', async () => {
    const running = await start(counting(100, 'enough'));
    writeFileSync(join(running.folder, 'mine.ts'), counting(0, 'none', 'for (;;) {}'));
    const { code, output } = await runCommand(bin, ['check', join(running.folder, 'spillway.yaml')]);
    expect(code).toBe(1);
    expect(output).toMatch(/spillway\.yaml:\d+:\d+: applications\.one\.policies\[0\]: .*\[policy\/endless\]/);
  });
});

test('a policy that imports something of its own is tried with it, and one that ends the process ends no gateway', async () => {
  const running = await start(counting(100, 'enough'));
  writeFileSync(
    join(running.folder, 'most.ts'),
    'export type Most = number;\nexport const most: Most = 1;\n',
  );
  const importing = `import { type Most, most } from './most.ts';\n${counting(0, 'few').replace('seen > 0', 'seen > (most satisfies Most)')}`;
  expect(await edit(running, importing)).toMatchObject({ event: 'reloaded' });
  expect([await statusOf(running), await statusOf(running)]).toEqual([200, 503]);
  expect(await edit(running, `process.exit(0);\n${importing}`)).toMatchObject({
    event: 'reload-failed',
    code: 'policy/ends-process',
  });
  expect(await statusOf(running, '/two')).toBe(200);
});

describe('with `watch: true`', () => {
  test('a change is a reload by itself, also by a file that is renamed over it; a broken one changes nothing', async () => {
    const running = await start(counting(100, 'enough'), 'watch: true\n');
    const file = join(running.folder, 'mine.ts');
    expect(await reloaded(running, () => writeFileSync(file, counting(0, 'all')))).toMatchObject({
      event: 'reloaded',
    });
    expect(await statusOf(running)).toBe(503);
    expect(await reloaded(running, () => writeFileSync(file, 'export default {'))).toMatchObject({
      event: 'reload-failed',
      problem: expect.stringMatching(/mine\.ts:1:\d+: /),
    });
    expect(await statusOf(running)).toBe(503);
    const told = await reloaded(running, () => {
      writeFileSync(`${file}.new`, counting(100, 'enough'));
      renameSync(`${file}.new`, file);
    });
    expect(told).toMatchObject({ event: 'reloaded', changed: ['one'] });
    expect(await statusOf(running)).toBe(200);
  });

  test('so is a change of the configuration', async () => {
    const running = await start(counting(100, 'enough'), 'watch: true\n');
    const file = join(running.folder, 'spillway.yaml');
    const before = readFileSync(file, 'utf8');
    const told = await reloaded(running, () => writeFileSync(file, before.replaceAll('/two', '/three')));
    expect(told).toMatchObject({ event: 'reloaded', changed: ['two'] });
    expect(await statusOf(running, '/three')).toBe(200);
  });
});

test('without it nothing happens until a reload is asked for', async () => {
  const running = await start(counting(100, 'enough'));
  writeFileSync(join(running.folder, 'mine.ts'), counting(0, 'all'));
  expect(await statusOf(running)).toBe(200);
  expect(await reloaded(running, () => running.signal('SIGHUP'))).toMatchObject({ changed: ['one'] });
  expect(await statusOf(running)).toBe(503);
  expect(running.log.filter(isReload)).toHaveLength(1);
});
