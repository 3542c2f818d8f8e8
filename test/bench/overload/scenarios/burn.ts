import { floodScenario } from '../flood-scenario.ts';

/** Every visitor costs the same. */
export const burn = floodScenario({
  name: 'burn',
  about: 'a CGI program that burns 12 ms',
  service: { kind: 'constant', ms: 12 },
  shares: [0.6, 1.2, 2, 5, 10],
  longestP99Ms: 80,
});
