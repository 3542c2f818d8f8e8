import { comparisonOf } from './comparison-of.ts';
import type { Comparison } from './comparison-table.ts';
import { measureMemory, memoryRows } from './measure-memory.ts';
import type { Peer } from './server.ts';
import type { Workplace } from './workplace.ts';

/** Resident memory in MB, of servers that are started for it one after the other. */
export async function compareMemory(
  peers: readonly Peer[],
  workplace: Workplace,
): Promise<readonly Comparison[]> {
  const measured = new Map<string, readonly number[]>();
  for (const peer of peers) {
    const server = await workplace.start(peer);
    try {
      measured.set(peer.name, await measureMemory(server));
    } finally {
      await server.stop();
    }
  }
  return memoryRows.map((name, index) =>
    comparisonOf(
      `memory, ${name}`,
      'MB',
      new Map([...measured].map(([who, values]) => [who, (values[index] ?? Number.NaN) / 1e6])),
    ),
  );
}
