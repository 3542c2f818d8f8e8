import { floodScenario } from '../flood-scenario.ts';

/** Who is refused makes the flood of the next moment. */
export const retries = floodScenario({
  name: 'retries',
  about:
    'a CGI program that burns 12 ms; who is shed comes back after Retry-After (at most 2 s), or else after 250 ms and twice that each time, five times at most',
  service: { kind: 'constant', ms: 12 },
  shares: [0.6, 2, 5],
  retries: true,
});
