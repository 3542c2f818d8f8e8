import { floodScenario } from '../flood-scenario.ts';

/** Nobody knows beforehand what a visitor costs. */
export const exponential = floodScenario({
  name: 'exponential',
  about: 'a CGI program that burns 12 ms on average, distributed exponentially',
  service: { kind: 'exponential', meanMs: 12 },
  shares: [0.6, 2, 5],
});
