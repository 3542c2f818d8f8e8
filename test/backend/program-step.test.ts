import { chmodSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { programStep } from '../../src/backend/program-step.ts';
import type { ProcessConfiguration } from '../../src/config/configuration.ts';
import { CgiScripts } from './cgi-scripts.ts';

const scripts = new CgiScripts();
// Other users run them, too.
chmodSync(scripts.folder, 0o755);
afterAll(() => scripts.remove());

const noLimits = {
  cpuMs: undefined,
  memoryBytes: undefined,
  files: undefined,
  processes: undefined,
  fileSizeBytes: undefined,
};
const plain: ProcessConfiguration = {
  user: undefined,
  group: undefined,
  umask: undefined,
  nice: undefined,
  limits: noLimits,
};
const limited = (limits: Partial<ProcessConfiguration['limits']>): Partial<ProcessConfiguration> => ({
  limits: { ...noLimits, ...limits },
});
const isRoot = process.getuid?.() === 0;

/** What commands print when their process is set up so. */
async function printed(commands: string, set: Partial<ProcessConfiguration>): Promise<string> {
  return await scripts.output(commands, { options: { step: programStep({ ...plain, ...set }) } });
}

describe('a program', () => {
  test('with nothing set up is run without any step between', () => {
    expect(programStep(plain)).toBeUndefined();
  });

  test('has the umask that is set', async () => {
    expect(await printed('umask', { umask: 0o027 })).toBe('0027\n');
  });

  test('has the niceness that is set, on top of the gateway', async () => {
    const own = Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[16]);
    expect(await printed('nice', { nice: 7 })).toBe(`${own + 7}\n`);
  });

  test('has the niceness that the gateway gives it without a step, and so have those that it starts', async () => {
    const own = Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[16]);
    const wanted = own + 5;
    // It is given when the program runs already: the timeout of the program ends the test where it never is.
    const commands = `until [ "$(nice)" -eq ${wanted} ]; do :; done; sh -c nice`;
    expect(await scripts.output(commands, { options: { niceness: 5 } })).toBe(`${wanted}\n`);
  });

  test.each([
    ['cpu', { cpuMs: 2500 }, 'cpu time', '3', '4'],
    ['memory', { memoryBytes: 300_000_000 }, 'address space', '300000256', '300000256'],
    ['files', { files: 40 }, 'open files', '40', '40'],
    ['processes', { processes: 321 }, 'processes', '321', '321'],
    ['file size', { fileSizeBytes: 1_000_000 }, 'file size', '1000448', '1000448'],
  ])('has the limit of %s that is set, soft and hard', async (_what, limits, name, soft, hard) => {
    const all = await printed('cat /proc/self/limits', limited(limits));
    const line = all.split('\n').find((one) => one.startsWith(`Max ${name} `)) ?? '';
    expect(line.slice(`Max ${name} `.length).trim().split(/\s+/).slice(0, 2)).toEqual([soft, hard]);
  });

  test('has what is set also with variables that are no UTF-8, and none beside its own', async () => {
    const run = {
      options: { step: programStep({ ...plain, umask: 0o077, nice: 3 }) },
      variables: { HTTP_X: 'a\xe9b' },
    };
    expect(await scripts.output('umask; printf %s "$HTTP_X" | od -An -tx1', run)).toBe('0077\n 61 e9 62\n');
    expect(await scripts.output('env | grep -c "^SPILLWAY"; env | sort', run)).not.toContain('SHLVL=');
  });

  test('is the leader of its group and has its own number, whatever stands before it', async () => {
    const set = { umask: 0o022, nice: 1 };
    const [pid, group] = (await printed('echo $$; cut -d" " -f5 /proc/$$/stat', set)).split('\n');
    expect(group).toBe(pid);
  });

  test.runIf(isRoot)('runs as the user that is set, with its groups and no other', async () => {
    expect(await printed('id -un; id -gn; id -Gn', { user: 'nobody' })).toBe('nobody\nnogroup\nnogroup\n');
    expect(await printed('id -u; id -g; id -G', { user: 'www-data', group: 'games' })).toBe('33\n60\n60\n');
    expect(await printed('id -u; id -g; id -G', { user: '4711', group: '4712' })).toBe('4711\n4712\n4712\n');
    expect(await printed('id -u; id -g; id -G', { group: '4712' })).toBe('0\n4712\n4712\n');
  });

  test.runIf(isRoot)('has no capability left as another user', async () => {
    expect(await printed('grep CapEff /proc/self/status', { user: 'nobody' })).toMatch(/\t0+\n$/);
  });

  test.runIf(isRoot)('has everything at once', async () => {
    const set = { ...limited({ cpuMs: 9000, files: 33 }), user: 'nobody', umask: 0o077, nice: 2 };
    expect(await printed('id -un; umask; ulimit -t; ulimit -n', set)).toBe('nobody\n0077\n9\n33\n');
  });
});

describe('a program over its limit', () => {
  const over = async (commands: string, set: Partial<ProcessConfiguration>): Promise<unknown[]> => {
    scripts.faults.length = 0;
    const receiver = await scripts.run(commands, { options: { step: programStep({ ...plain, ...set }) } });
    return [receiver.failure, scripts.faults];
  };

  test('of processor time is ended before it answers', async () => {
    expect(await over('while :; do :; done', limited({ cpuMs: 1000 }))).toEqual([
      'no-head',
      ['exec/ended-badly'],
    ]);
  });

  test('of memory ends by itself', async () => {
    const hungry =
      'exec 2>/dev/null; x=$(head -c 100000000 /dev/zero | tr "\\0" x); printf "Status: 200\\n\\n"';
    expect(await over(hungry, limited({ memoryBytes: 50_000_000 }))).toEqual([
      'no-head',
      ['exec/ended-badly'],
    ]);
  });

  test('of descriptors cannot open one more', async () => {
    const commands = 'exec 3</dev/null 4</dev/null 5</dev/null || exit 1; printf "Status: 200\\n\\n"';
    expect(await over(`set -e; ${commands}`, limited({ files: 5 }))).toEqual([
      'no-head',
      ['exec/ended-badly'],
    ]);
  });

  test('of a file is stopped from writing on', async () => {
    const file = `${scripts.folder}/large`;
    await over(`head -c 100000 /dev/zero > ${file}`, limited({ fileSizeBytes: 1024 }));
    expect(readFileSync(file)).toHaveLength(1024);
  });

  test('which cannot be set at all is not run', async () => {
    const unheard = { ...plain, ...limited({ files: 2_000_000_000 }) };
    const receiver = await scripts.run('printf "Status: 200\\n\\n"', {
      options: { step: programStep(unheard) },
    });
    expect(receiver.failure).toBe('no-head');
  });
});
