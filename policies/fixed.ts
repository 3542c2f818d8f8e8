/**
 * A number of your own: so many requests in a lane at once and no more; what comes on top waits in the admission queue.
 *
 * Choose it when you know the number better than any measurement: a licence for five sessions, a database that takes ten
 * connections, a program of 300 MB on a machine with 2 GB. With `lane` it also says where requests run, whatever the load.
 * It learns nothing and forgets nothing. Beside `threshold` or `gradient` in a chain, the lowest limit counts.
 */
import type { Parameters } from '../src/core/parameter.ts';
import type { PolicyDefinition } from '../src/core/policy.ts';

const parameters = {
  exec: {
    kind: 'integer',
    default: 8,
    minimum: 1,
    maximum: 10_000,
    unit: 'requests',
    meaning: 'How many programs may run at once in the exec lane.',
  },
  forward: {
    kind: 'integer',
    default: 64,
    minimum: 1,
    maximum: 10_000,
    unit: 'requests',
    meaning: 'How many requests may be with the daemon at once in the forward lane.',
  },
  lane: {
    kind: 'choice',
    default: 'any',
    choices: ['any', 'exec', 'forward'],
    meaning:
      'The lane for every request, where the application has it. `any` leaves the choice to the next policy.',
  },
} as const satisfies Parameters;

export default {
  name: 'fixed',
  when: 'You know how many requests the application can take at once, and want exactly that.',
  source: 'The worker limits of Apache (MaxRequestWorkers) and nginx (max_conns).',
  parameters,
  signals: ['lanes'],
  reasons: ['fixed_lane'],

  create({ parameters: { exec, forward, lane } }) {
    const limits = { exec, forward };
    return {
      dispatch(_view, load) {
        if (lane === 'any' || !load.lanes.includes(lane)) return undefined;
        return { lane, reason: 'fixed_lane' };
      },
      limit: (asked) => limits[asked],
      explain: (_view, { lanes, inflight }) =>
        lanes.map((name) => ({
          signal: `inflight.${name}`,
          value: inflight[name],
          comparison: '>=',
          threshold: limits[name],
          parameter: name,
          means: `the lane ${name} is full, and whoever comes waits`,
        })),
    };
  },
} satisfies PolicyDefinition<typeof parameters>;
