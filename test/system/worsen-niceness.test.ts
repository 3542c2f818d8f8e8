import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { worsenNiceness } from '../../src/system/worsen-niceness.ts';

test('the group of a process has our niceness and so much more; the worst there is, at most', async () => {
  const child = Bun.spawn(['sleep', '60'], { detached: true });
  try {
    const own = getPriority();
    expect(worsenNiceness(child.pid, 3)).toBe(true);
    expect(getPriority(child.pid)).toBe(Math.min(19, own + 3));
    expect(worsenNiceness(child.pid, 100)).toBe(true);
    expect(getPriority(child.pid)).toBe(19);
  } finally {
    child.kill('SIGKILL');
    await child.exited;
  }
  expect(worsenNiceness(child.pid, 3)).toBe(false);
});
