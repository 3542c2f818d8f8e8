/**
 * Classes of requests with guaranteed shares: when not everybody can be served, who comes first, and how much is left for the others.
 *
 * Choose it where some requests matter more: people who are logged in before those who pass by, a checkout before a search, everybody
 * before crawlers. While there is room it does nothing. As soon as requests wait it divides what there is:
 *
 *     classes: |
 *       staff    20%: address 10.0.0.0/8, 2001:db8::/32
 *       crawlers  5%: crawler                                 of the time in slots, and of the places in the queue,
 *       members  50%: logged-in                                 staff     20 %  ████
 *       search   10%: path /search* and method GET, HEAD        crawlers   5 %  █
 *                                                               members   50 %  ██████████
 *       (the rest: others, 15 %)                                search    10 %  ██
 *                                                               others    15 %  ███
 *
 * The first line whose conditions all hold gives the class, from top to bottom. A share is guaranteed, not a bound: what a class does
 * not want goes to the class with the largest share that wants it, then to the next. So with nobody else there crawlers may have
 * everything, and nobody starves. What no line takes are `others`, with the share that is left; leave some.
 *
 * Lines end with the line or with `;`. What follows `#` is a comment. Conditions, joined by `and`, each with `not` before it where wanted:
 *
 *     any                               every request
 *     logged-in                         REMOTE_USER, an Authorization field, or a cookie of `login_cookies`
 *     crawler                           a User-Agent that says so
 *     path /blog/*, /feed               SCRIPT_NAME and PATH_INFO; `*` stands for anything
 *     method POST, PUT
 *     cookie cart, theme=dark*          one of that name, or with such a value
 *     header Accept-Language de*, fr*   the field, with one of these values; without values: it is there
 *     address 192.0.2.0/24, ::1         REMOTE_ADDR
 *     variable HTTPS on                 any meta-variable of RFC 3875, like `header`
 *
 * Values with spaces, commas, `;` or `#` stand in double quotes. Names of fields and values of fields match in any case.
 *
 * What visitors send they can forge: a cookie that says "logged in" is taken at its word. That costs a share, no more; where it must not,
 * let the front server set REMOTE_USER or a field of its own.
 */
import type { Ground } from '../src/core/ground.ts';
import type { Parameters, TextProblem } from '../src/core/parameter.ts';
import type { Arrival, PolicyDefinition } from '../src/core/policy.ts';

const parameters = {
  classes: {
    kind: 'text',
    default: 'members 60%: logged-in; crawlers 5%: crawler',
    form: 'lines such as `members 60%: logged-in`',
    meaning:
      'The classes, one a line: name, guaranteed share, conditions. The first line that holds counts; the rest are `others`.',
    check: (text, { readClasses }) => {
      const read = readClasses(text, '');
      return 'expected' in read ? read : undefined;
    },
  },
  login_cookies: {
    kind: 'text',
    default: '*session*, *sessid, sid, *auth*, *login*, *logged_in*, fossil-*',
    form: 'names of cookies, `*` for anything, with commas between',
    meaning:
      'The cookies by which `logged-in` knows a visitor. Name the one of your application: many set a session for everybody.',
    check: wrongName,
  },
} as const satisfies Parameters;

/** Of the classes that come before another. */
const MOST_NAMED = 5;
/** A count above this is a measurement gone wrong. */
const MOST_TOLD = 1e6;

export default {
  name: 'priority',
  when: 'Some requests matter more than others: each class has its share of a full machine, and nobody starves.',
  source:
    'Start-time fair queuing (Goyal, Vin, Cheng 1996) in its spirit; Kubernetes API Priority and Fairness for the shares.',
  parameters,
  signals: [],
  reasons: [],

  create({ parameters: set, helpers }) {
    const read = helpers.readClasses(set.classes, set.login_cookies);
    const written = 'expected' in read ? [] : read;
    const rest = 1 - written.reduce((sum, { share }) => sum + share, 0);
    const all = [...written, { name: 'others', share: Math.max(0, rest), holds: () => true }];
    // The larger share goes first where somebody leaves some of his; of equal ones the upper line.
    const ranked = all.toSorted((a, b) => b.share - a.share);
    const classes = all.map((one) => {
      const place = ranked.length - ranked.indexOf(one);
      const arrival: Arrival = { priority: place, share: one.share };
      return { ...one, place, arrival };
    });
    const largest = ranked[0]?.share ?? 0;
    return {
      arrive(view) {
        for (const { arrival, holds } of classes) if (holds(view)) return arrival;
        return undefined;
      },

      explain(view, load) {
        const own = classes.find(({ holds }) => holds(view));
        if (own === undefined) return [];
        const { name, share } = own;
        const before = classes.filter(({ place }) => place > own.place).map((other) => other.name);
        const after =
          before.length === 0 ? '' : ` (now before it: ${before.slice(0, MOST_NAMED).join(', ')})`;
        const grounds: Ground[] = [
          {
            signal: 'queued',
            value: helpers.clamp(load.queued, 0, MOST_TOLD),
            comparison: '>',
            threshold: 0,
            means: `requests wait, and the class ${name} has its share: ${percent(share)} of the time in slots, and of the places in the queue`,
          },
          {
            signal: `percent guaranteed to the class ${name} (a line of \`classes\`)`,
            value: 100 * share,
            comparison: '>=',
            threshold: 100 * largest,
            means: `the class is the first to get what others leave${after}`,
          },
        ];
        return grounds;
      },
    };
  },
} satisfies PolicyDefinition<typeof parameters>;

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function wrongName(text: string): TextProblem | undefined {
  let column = 1;
  for (const part of text.split(',')) {
    const name = part.trim();
    if (!/^[^\s=;,"]+$/.test(name)) {
      const found = name === '' ? 'nothing' : `"${name}"`;
      return {
        line: 1,
        column: column + Math.max(0, part.search(/\S/)),
        expected: 'the name of a cookie',
        found,
      };
    }
    column += part.length + 1;
  }
  return undefined;
}
