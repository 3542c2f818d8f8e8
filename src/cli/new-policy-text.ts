/** A policy that works, with all that a policy can do in its comments. */
export function newPolicyText(name: string): string {
  return `/**
 * Sheds crawlers first: as soon as requests have to wait, those that say they are a robot are asked back later.
 *
 * Change what it does, and say here when to choose it. A policy is asked and told by the gateway:
 *
 *     arrive(view, load)      a request has come      a shed; or a priority (higher goes first); or undefined: no opinion
 *     dispatch(view, load)    its turn has come       a lane with a reason; or a shed; or undefined
 *     limit(lane)             after every outcome     how many requests at once, a whole number from 1; or undefined
 *     queue()                 likewise                { order: 'newest-first', maxWaitMs: 500 }; or undefined
 *     outcome(outcome, view)  once for each request   nothing: learn from it
 *     snapshot()              at a reload             what it has learned, as JSON; comes back as \`saved\`
 *     explain(view, load)     after an answer         the comparisons that it rests on, for \`spillway explain\`
 *
 * Leave out what you do not need. Ask no clock and no chance but those that are handed in, and touch no file and no network: so it runs
 * the same in a test, in a replay and at work. \`spillway policy test\` checks that.
 */
import type { PolicyDefinition } from 'spillway/policy';

// Each shows in \`spillway policy show\` and is checked in the configuration: { ./${name}.ts: { patience: 500ms } }.
// Kinds: number, integer (both with a unit), duration, boolean, choice (with choices), text (with a form).
const parameters = {
  patience: {
    kind: 'duration',
    default: 200,
    minimum: 0,
    meaning: 'Crawlers are shed once requests have to wait longer than this.',
  },
} as const;

export default {
  name: '${name}',
  when: 'Crawlers come in swarms, and people are to notice nothing of it.',
  source: 'Our own.',
  parameters,
  // What it reads of the load; unmeasured ones are undefined. All of them: src/core/load.ts.
  signals: ['oldestWaitMs'],
  // Every reason that it can give: a label in the metrics.
  reasons: ['crawler'],

  // Once for each application. Also handed in: clock.now(), random(), saved, and helpers such as
  // smoothed(halfLifeMs), slidingWindow(lengthMs), hysteresis(rise, fall), clamp(value, least, greatest).
  create({ parameters: { patience } }) {
    return {
      // \`view.meta\` has the variables of CGI: PATH_INFO, REMOTE_ADDR, HTTP_COOKIE, HTTP_ and any other field.
      arrive(view, load) {
        if (load.oldestWaitMs <= patience) return undefined;
        const isCrawler = /bot|crawl|spider/i.test(view.meta('HTTP_USER_AGENT') ?? '');
        return isCrawler ? { shed: 'crawler', retryAfterMs: 30_000 } : undefined;
      },

      // Asked right after an answer, and only where somebody writes it down. Changes nothing, and tells numbers only:
      // what may be unmeasured is left out. A shed rests on at least one comparison that holds.
      explain: (_view, load) => [
        {
          signal: 'longest wait in the queue (ms)',
          value: load.oldestWaitMs,
          comparison: '>',
          threshold: patience,
          parameter: 'patience',
          means: 'people have to wait, and crawlers are shed',
        },
      ],
    };
  },
} satisfies PolicyDefinition<typeof parameters>;
`;
}
