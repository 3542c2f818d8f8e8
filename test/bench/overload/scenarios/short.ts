import { floodScenario } from '../flood-scenario.ts';

/** What a process costs is more than what it does. */
export const short = floodScenario({
  name: 'short',
  about: 'a CGI program that burns 1 ms',
  service: { kind: 'constant', ms: 1 },
  shares: [0.6, 2, 5],
});
