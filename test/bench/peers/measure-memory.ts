import { join } from 'node:path';
import { loadProcessor } from './processors.ts';
import { settledMemory } from './resident-memory.ts';
import type { Server } from './server.ts';

export const memoryRows = ['at rest', '5000 idle connections', '500 slow readers of 10 MB'] as const;
/** How long memory may take to stand still. */
const settleMs = 20_000;
/** How long a server has to part from a crowd. */
const partMs = 1500;

/** Resident bytes of a server that was just started, in the order of `memoryRows`. */
export async function measureMemory(server: Server): Promise<readonly number[]> {
  const atRest = await settledMemory(server.pids, settleMs);
  const idle = await withCrowd(server, 5000, '/shed', 'idle');
  const slow = await withCrowd(server, 500, '/forward/10000000', 'slow');
  return [atRest, idle, slow];
}

async function withCrowd(server: Server, count: number, path: string, kind: string): Promise<number> {
  const fixture = join(import.meta.dirname, 'fixtures', 'crowd.ts');
  const crowd = Bun.spawn(
    [
      'taskset',
      '-c',
      loadProcessor,
      process.execPath,
      fixture,
      String(server.port),
      String(count),
      path,
      kind,
    ],
    { stdin: 'pipe', stdout: 'pipe' },
  );
  try {
    const { value } = await crowd.stdout.getReader().read();
    if (value === undefined) return Number.NaN;
    return await settledMemory(server.pids, settleMs);
  } finally {
    crowd.kill('SIGKILL');
    await crowd.exited;
    await Bun.sleep(partMs);
  }
}
