import { floodScenario } from '../flood-scenario.ts';

/** Few visitors cost most of the time. */
export const bimodal = floodScenario({
  name: 'bimodal',
  about: 'a CGI program that burns 10 ms, and 500 ms for one visitor in twenty',
  service: { kind: 'bimodal', ms: 10, longMs: 500, oneIn: 20 },
  shares: [0.6, 2, 5],
  stretch: 2,
});
