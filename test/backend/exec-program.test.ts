import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { descriptorNoise, openDescriptors } from '../support/open-descriptors.ts';
import { until } from '../support/until.ts';
import { CgiScripts } from './cgi-scripts.ts';

const head = "printf 'Content-Type: text/plain\\n\\n'";

let scripts: CgiScripts;
beforeEach(() => {
  scripts = new CgiScripts();
});
afterEach(() => scripts.remove());

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

function pidIn(name: string): number {
  return Number(readFileSync(join(scripts.folder, name), 'latin1'));
}

describe('a program starts', () => {
  test('in its own session and process group', async () => {
    const [pid, group, session] = (await scripts.output('echo $$; exec ps -o pgid=,sid= -p $$'))
      .trim()
      .split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
  });

  test('in its directory', async () => {
    expect((await scripts.output('/bin/pwd')).trim()).toBe(scripts.folder);
  });

  test('with descriptors 0 to 2 and no others', async () => {
    // 3 is the folder that ls itself reads.
    expect((await scripts.output('exec ls /proc/self/fd')).split('\n')).toEqual(['0', '1', '2', '3', '']);
  });

  test('with an empty input where the request has no body', async () => {
    expect(await scripts.output('readlink /proc/self/fd/0; cat')).toBe('/dev/null\n');
  });

  test('with output that it can open by name', async () => {
    expect(await scripts.output('echo by name > /dev/stdout')).toBe('by name\n');
  });

  test('with no signal ignored or blocked', async () => {
    const status = await scripts.output("exec grep -E '^Sig(Ign|Blk)' /proc/self/status");
    expect(status).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  });

  test('with the usual limit of descriptors', async () => {
    expect(Number(await scripts.output('sleep 0.05; ulimit -n'))).toBeLessThanOrEqual(1024);
  });

  test('with nothing of the gateway in its environment', async () => {
    process.env.GATEWAY_SECRET = 'secret';
    const environ = await scripts.output('exec cat /proc/self/environ', {
      options: { environment: { LANG: 'C.UTF-8', OWN: 'grün' } },
      variables: { QUERY_STRING: '', HTTP_X: 'a=b' },
    });
    delete process.env.GATEWAY_SECRET;
    // PWD is what the script's shell adds.
    const names = environ.split('\0').filter((line) => !line.startsWith('PWD='));
    expect(names.sort()).toEqual([
      '',
      'HTTP_X=a=b',
      'LANG=C.UTF-8',
      'OWN=gr\xc3\xbcn',
      'PATH=/usr/local/bin:/usr/bin:/bin',
      'QUERY_STRING=',
      'REQUEST_METHOD=GET',
    ]);
  });

  test.each([
    ['ASCII', 'plain text'],
    ['UTF-8', '\xc3\xa9\xf0\x9f\x98\x80'],
    ['a byte order mark', '\xef\xbb\xbfx'],
    ['latin-1', 'caf\xe9'],
    ['every byte', Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).join('')],
    ['what a shell could take for its own', '\xff\'$(touch pwned)`\\0101\\c %s"; exit\n\n'],
  ])('with the very bytes of a value: %s', async (_what, value) => {
    const show = scripts.write(`#!/bin/sh\n${head}\nexec cat /proc/self/environ\n`);
    const receiver = await scripts.run(show, { variables: { PATH_INFO: value, HTTP_OTHER: 'x\xe9' } });
    const environ = receiver.text.split('\0');
    expect(environ).toContain(`PATH_INFO=${value}`);
    expect(environ).toContain('HTTP_OTHER=x\xe9');
    expect(existsSync(join(scripts.folder, 'pwned'))).toBe(false);
  });
});

describe('a program that cannot be started', () => {
  test.each<[string, () => string, string]>([
    ['is missing', () => '/no/such/program', 'exec/no-program'],
    ['is not executable', () => scripts.write('#!/bin/sh\n', 0o644), 'exec/not-permitted'],
    ['is a directory', () => scripts.folder, 'exec/not-permitted'],
    ['names no interpreter', () => scripts.write('echo hello\n'), 'exec/not-a-program'],
    ['names an interpreter that is missing', () => scripts.write('#!/bin/sh\r\n'), 'exec/no-interpreter'],
  ])('because it %s', async (_why, program, code) => {
    const receiver = await scripts.run(program());
    expect(receiver).toMatchObject({ result: 'not-started', breaches: [], releases: 1 });
    expect(scripts.faults).toEqual([code]);
  });

  test('because its directory is missing', async () => {
    const receiver = await scripts.run('true', { options: { directory: '/no/such/directory' } });
    expect(receiver).toMatchObject({ result: 'not-started', breaches: [] });
    expect(scripts.faults).toEqual(['exec/no-directory']);
  });

  test('because a value has a NUL', async () => {
    const receiver = await scripts.run('true', { variables: { PATH_INFO: 'a\0b' } });
    expect(receiver).toMatchObject({ result: 'not-started', breaches: [] });
  });

  test.each([
    ['one variable', { HTTP_COOKIE: 'x'.repeat(140_000) }],
    [
      'all together',
      Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`V${n}`, 'x'.repeat(100_000)])),
    ],
    ['one variable once it is escaped', { HTTP_COOKIE: '\xff'.repeat(60_000) }],
  ])('because its environment is too large: %s', async (_what, variables) => {
    let releases = 0;
    const release = (): void => {
      releases += 1;
    };
    const body = { kind: 'file', descriptor: 0, length: 5, release } as const;
    const receiver = await scripts.run('true', { variables, body });
    expect(receiver).toMatchObject({ result: 'too-large-for-exec', breaches: [], releases: 1 });
    expect(releases).toBe(1);
  });

  test('leaves no descriptor behind', async () => {
    const before = openDescriptors();
    for (let round = 0; round < 60; round += 1) await scripts.run('/no/such/program');
    await until(() => openDescriptors() < before + descriptorNoise, 'the descriptors to be closed');
  });

  test('is heard of no more once it is abandoned', async () => {
    const receiver = scripts.start('/no/such/program');
    receiver.abandon();
    await receiver.over;
    expect(receiver.breaches).toEqual([]);
  });
});

describe('the end of a program', () => {
  test('with an exit status other than 0 after a whole answer is only logged', async () => {
    const receiver = await scripts.run(`${head}; echo done; exit 3`);
    expect(receiver).toMatchObject({ result: 'end', text: 'done\n' });
    expect(scripts.faults).toEqual(['exec/ended-badly']);
  });

  test('by a signal breaks off an answer without a length', async () => {
    expect(await scripts.run(`${head}; echo half; kill -9 $$`)).toMatchObject({ result: 'broken-off' });
  });

  test('by a signal does not harm an answer whose length is reached', async () => {
    const receiver = await scripts.run("printf 'Content-Type: a/b\\nContent-Length: 2\\n\\nok'; kill -9 $$");
    expect(receiver).toMatchObject({ result: 'end', text: 'ok' });
  });

  test('by `kill 0` is its own affair', async () => {
    expect(await scripts.run(`${head}; echo half; kill 0; sleep 5`)).toMatchObject({ result: 'broken-off' });
  });

  test('ends the answer, though a background process holds its output; that one is ended, too', async () => {
    const begun = performance.now();
    const receiver = scripts.start(`${head}; sleep 100 & echo $! > child; echo done`);
    let endedMs = 0;
    receiver.on.end = () => {
      endedMs = performance.now() - begun;
    };
    await receiver.over;
    expect(receiver).toMatchObject({ result: 'end', text: 'done\n', breaches: [] });
    expect(endedMs).toBeLessThan(1500);
    expect(alive(pidIn('child'))).toBe(false);
  });

  test('waits for what a background process still has to say', async () => {
    const late = '(for n in 1 2 3 4; do sleep 0.1; echo $n; done) &';
    expect(await scripts.run(`${head}; ${late}`)).toMatchObject({ result: 'end', text: '1\n2\n3\n4\n' });
  });

  test('frees the slot, though a process of another session holds its output', async () => {
    const receiver = await scripts.run(
      `${head}; setsid sh -c 'echo $$ > daemon; exec sleep 20' & sleep 0.1; echo done`,
    );
    expect(receiver).toMatchObject({ result: 'end', text: 'done\n', breaches: [] });
    const daemon = pidIn('daemon');
    expect(alive(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });

  test('comes later than the end of the answer where it closes its output early; the slot waits', async () => {
    const receiver = scripts.start(`${head}; echo done; exec >&- 2>&-; sleep 0.7; touch lived`);
    await until(() => receiver.ended, 'the end of the answer');
    expect(receiver.releases).toBe(0);
    await receiver.over;
    expect(existsSync(join(scripts.folder, 'lived'))).toBe(true);
    expect(receiver.breaches).toEqual([]);
  });

  test('is brought about when its time is over, though its answer has ended', async () => {
    const receiver = await scripts.run(`${head}; echo $$ > self; exec >&-; sleep 100`, {
      options: { timeoutMs: 500 },
    });
    expect(receiver).toMatchObject({ result: 'end', breaches: [] });
    expect(alive(pidIn('self'))).toBe(false);
  });

  test('is brought about by abandon, though its answer has ended', async () => {
    const receiver = scripts.start(`${head}; echo $$ > self; exec >&-; sleep 100`);
    await until(() => receiver.ended, 'the end of the answer');
    receiver.abandon();
    await receiver.over;
    expect(alive(pidIn('self'))).toBe(false);
    expect(receiver.releases).toBe(1);
  });

  test('is the end of its whole group when it is abandoned', async () => {
    const receiver = scripts.start(
      `${head}; sleep 100 & echo $! > one; (sleep 100; true) & echo $! > two; echo go; wait`,
    );
    await until(() => receiver.bytes > 0, 'the first bytes');
    receiver.abandon();
    await receiver.over;
    expect([alive(pidIn('one')), alive(pidIn('two'))]).toEqual([false, false]);
  });

  test('comes by KILL where it ignores TERM', async () => {
    const begun = performance.now();
    const receiver = await scripts.run(`trap '' TERM; echo $$ > self; while :; do sleep 0.05; done`, {
      options: { timeoutMs: 200 },
    });
    expect(receiver.result).toBe('timeout');
    expect(performance.now() - begun).toBeGreaterThan(390);
    expect(alive(pidIn('self'))).toBe(false);
  });

  test('comes by TERM first, so that it can tidy up', async () => {
    const receiver = scripts.start(
      `trap 'touch tidied; exit' TERM; ${head}; echo go; while :; do sleep 0.02; done`,
    );
    await until(() => receiver.bytes > 0, 'the first bytes');
    receiver.abandon();
    await receiver.over;
    expect(existsSync(join(scripts.folder, 'tidied'))).toBe(true);
    expect(scripts.faults).toEqual([]);
  });

  test('comes at once where the receiver fails, which is told once more', async () => {
    const receiver = scripts.start(`${head}; echo go; exec sleep 100`);
    receiver.on.data = () => {
      throw new Error('a defect');
    };
    await receiver.over;
    expect(receiver).toMatchObject({ result: 'broken-off', releases: 1 });
    expect(scripts.faults).toEqual(['exec/defect']);
  });

  test('leaves no zombie and no descriptor, 200 times over', async () => {
    const program = scripts.write(`#!/bin/sh\n${head}\necho hello\n`);
    const several = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const receivers = await Promise.all(Array.from({ length: 10 }, () => scripts.run(program)));
        for (const receiver of receivers)
          expect(receiver).toMatchObject({ text: 'hello\n', releases: 1, breaches: [] });
      }
    };
    await several(1);
    const before = openDescriptors();
    await several(20);
    await until(() => openDescriptors() < before + descriptorNoise, 'the descriptors to be closed');
    const states = (): string =>
      Bun.spawnSync(['ps', '--ppid', String(process.pid), '-o', 'stat=']).stdout.toString();
    await until(() => !states().includes('Z'), 'no zombie');
  });
});

describe('an answer that comes faster than it is taken', () => {
  test('leaves the event loop its turns', async () => {
    const receiver = scripts.start(`${head}; exec yes`);
    receiver.keep = false;
    let inARow = 0;
    let most = 0;
    receiver.on.data = () => {
      inARow += 1;
      most = Math.max(most, inARow);
      const until = performance.now() + 0.1;
      while (performance.now() < until);
    };
    while (receiver.bytes < 10_000_000) {
      await new Promise(setImmediate);
      inARow = 0;
    }
    receiver.abandon();
    await receiver.over;
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  });
});

describe('standard error', () => {
  test('is logged by line, with the id of the request', async () => {
    await scripts.run(`${head}; echo one >&2; printf 'two' >&2`, { id: 'r7' });
    expect(scripts.logged).toEqual(['r7: one', 'r7: two']);
  });

  test('can be opened by name', async () => {
    await scripts.run(`${head}; echo named > /dev/stderr`);
    expect(scripts.logged).toEqual(['r1: named']);
  });

  test('does not stop a program that writes a lot of it, and is bounded', async () => {
    const receiver = await scripts.run(`${head}; head -c 3000000 /dev/zero | tr '\\0' x >&2; echo done`);
    expect(receiver).toMatchObject({ result: 'end', text: 'done\n' });
    expect(scripts.logged.length).toBe(6);
    expect(scripts.logged.at(-1)).toBe('r1: [2995000 more bytes of standard error are left out]');
  });

  test('that a background process holds does not keep the slot', async () => {
    const receiver = await scripts.run(
      `${head}; setsid sh -c 'echo $$ > daemon; exec sleep 20 >&-' & sleep 0.1; echo done`,
    );
    expect(receiver).toMatchObject({ result: 'end', breaches: [] });
    process.kill(pidIn('daemon'), 'SIGKILL');
  });
});
