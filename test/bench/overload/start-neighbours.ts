import { availableParallelism } from 'node:os';

/** Far longer than any measurement, in milliseconds. */
const FOR_EVER = '1e12';

/**
 * Has one process for each processor burn it until they are stopped, at the niceness of this one. `program`: compiled from burn.c. Each in
 * a session of its own, as those of somebody else are: the kernel may share the processors out by session (autogroup, sched(7)), and
 * they would burn the share of the load generator.
 */
export function startNeighbours(program: string): { stop(): Promise<void> } {
  const processes = Array.from({ length: availableParallelism() }, () =>
    Bun.spawn([program], {
      env: { QUERY_STRING: FOR_EVER },
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    }),
  );
  return {
    async stop() {
      for (const one of processes) one.kill('SIGKILL');
      await Promise.all(processes.map(({ exited }) => exited));
    },
  };
}
