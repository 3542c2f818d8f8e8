import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ProgramGroup } from '../../src/backend/program-group.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A group as the kernel shows it. */
const group = vi.hoisted(() => ({ listed: true, lives: true, signals: [] as string[] }));

vi.mock('../../src/system/process-group.ts', () => ({
  groupExists: () => group.listed,
  signalGroup: (_pid: number, signal: string) => group.signals.push(signal),
}));
vi.mock('../../src/system/group-runs.ts', () => ({ groupRuns: () => group.lives }));

let clock: VirtualClock;
let gone: boolean[];

function program(): ProgramGroup {
  return new ProgramGroup(4711, { killGraceMs: 100, clock }, (survived) => gone.push(survived));
}

beforeEach(() => {
  clock = new VirtualClock();
  gone = [];
  Object.assign(group, { listed: true, lives: true, signals: [] });
});

describe('the group of a program', () => {
  test('is gone with its last process', () => {
    const processes = program();
    processes.leaderReaped();
    expect(gone).toEqual([]);
    group.listed = false;
    clock.advance(10);
    expect(gone).toEqual([false]);
    expect(group.signals).toEqual([]);
  });

  test('is gone where only exit statuses are left that nobody collects, as in a container whose process 1 is the gateway', () => {
    const processes = program();
    processes.leaderReaped();
    group.lives = false;
    clock.advance(500);
    expect(gone).toEqual([false]);
  });

  test('that survives KILL is given up after some seconds, and that is told', () => {
    const processes = program();
    processes.terminate();
    processes.leaderReaped();
    clock.advance(100);
    expect(group.signals).toEqual(['SIGTERM', 'SIGKILL']);
    clock.advance(4000);
    expect(gone).toEqual([]);
    clock.advance(3000);
    expect(gone).toEqual([true]);
    expect(group.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });
});
