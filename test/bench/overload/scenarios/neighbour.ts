import { floodScenario } from '../flood-scenario.ts';
import { startNeighbours } from '../start-neighbours.ts';

const flood = floodScenario({
  name: 'neighbour',
  about: 'a CGI program that burns 12 ms, while something else burns every processor at niceness 0',
  service: { kind: 'constant', ms: 12 },
  shares: [0.6, 2, 5],
});

/** Part of the machine is somebody else's, also when its capacity is measured. */
export const neighbour = {
  ...flood,
  async run(context: Parameters<typeof flood.run>[0]) {
    const neighbours = startNeighbours(context.program);
    try {
      return await flood.run(context);
    } finally {
      await neighbours.stop();
    }
  },
};
