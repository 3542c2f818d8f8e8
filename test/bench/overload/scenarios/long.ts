import { floodScenario } from '../flood-scenario.ts';

/** Ten waiting visitors are a second of work. */
export const long = floodScenario({
  name: 'long',
  about: 'a CGI program that burns 100 ms',
  service: { kind: 'constant', ms: 100 },
  shares: [0.6, 2, 5],
  stretch: 2,
});
