import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { groupRuns } from '../../src/system/group-runs.ts';
import { closeDescriptor, openPipe } from '../../src/system/pipe.ts';
import { groupExists, signalGroup } from '../../src/system/process-group.ts';
import { restoreLimits } from '../../src/system/restore-limits.ts';
import { until } from '../support/until.ts';

const quiet = { stdio: ['ignore', 'ignore', 'ignore'] as ['ignore', 'ignore', 'ignore'] };

describe('a pipe', () => {
  test('is one of the kernel, closed at exec, and gives what went in', async () => {
    const { read, write } = openPipe();
    expect(readlinkSync(`/proc/self/fd/${read}`)).toMatch(/^pipe:/);
    for (const end of [read, write]) {
      const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${end}`, 'latin1'))?.[1];
      expect(Number.parseInt(flags ?? '0', 8) & 0o2000000).not.toBe(0);
    }
    const child = Bun.spawn(['sh', '-c', 'echo out; echo by name > /dev/stdout'], {
      stdio: ['ignore', write, write],
    });
    closeDescriptor(write);
    await child.exited;
    expect(readFileSync(read, 'utf8')).toBe('out\nby name\n');
    closeDescriptor(read);
  });
});

describe('a process group', () => {
  test('is signalled whole, and gone when its last process is', async () => {
    const leader = Bun.spawn(['sh', '-c', 'sleep 30 & sleep 30'], { ...quiet, detached: true });
    await until(
      () => readFileSync(`/proc/${leader.pid}/task/${leader.pid}/children`, 'latin1').includes(' '),
      'a child',
    );
    expect(groupExists(leader.pid)).toBe(true);
    leader.kill('SIGKILL');
    await leader.exited;
    expect([groupExists(leader.pid), groupRuns(leader.pid)]).toEqual([true, true]);
    expect(signalGroup(leader.pid, 'SIGKILL')).toBe(true);
    // What nobody has reaped yet exists, and does not run.
    const runEnd = performance.now() + 500;
    while (groupRuns(leader.pid) && performance.now() < runEnd) await Bun.sleep(1);
    expect(groupRuns(leader.pid)).toBe(false);
    const end = performance.now() + 5000;
    while (groupExists(leader.pid) && performance.now() < end) await Bun.sleep(5);
    expect(groupExists(leader.pid)).toBe(false);
    expect(signalGroup(leader.pid, 'SIGTERM')).toBe(false);
  });

  test.each([0, 1, -5, 1.5, Number.NaN])('led by %s is refused: it would be ours or everybody', (pid) => {
    expect(() => signalGroup(pid, 'SIGTERM')).toThrow(RangeError);
  });
});

describe('the limit of descriptors', () => {
  test('of a child goes back to the usual one, and never up', async () => {
    const limit = (pid: number) =>
      /Max open files\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))?.[1];
    const child = Bun.spawn(['sleep', '30'], quiet);
    expect(restoreLimits(child.pid)).toBe(true);
    expect(Number(limit(child.pid))).toBeLessThanOrEqual(1024);
    child.kill();
    await child.exited;

    const low = Bun.spawn(['sh', '-c', 'ulimit -Sn 100; echo; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await low.stdout.getReader().read();
    expect(restoreLimits(low.pid)).toBe(true);
    expect(limit(low.pid)).toBe('100');
    low.kill();
    await low.exited;
  });

  test('of a process that is gone is no error', async () => {
    const child = Bun.spawn(['true'], quiet);
    await child.exited;
    expect(restoreLimits(child.pid)).toBe(false);
  });
});
