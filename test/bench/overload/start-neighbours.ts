import { availableParallelism } from 'node:os';

/** Far longer than any measurement, in milliseconds. */
const FOR_EVER = '1e12';

/** Has one process for each processor burn it until they are stopped, at the niceness of this one. `program`: compiled from burn.c. */
export function startNeighbours(program: string): { stop(): Promise<void> } {
  const processes = Array.from({ length: availableParallelism() }, () =>
    Bun.spawn([program], { env: { QUERY_STRING: FOR_EVER }, stdio: ['ignore', 'ignore', 'ignore'] }),
  );
  return {
    async stop() {
      for (const one of processes) one.kill('SIGKILL');
      await Promise.all(processes.map(({ exited }) => exited));
    },
  };
}
