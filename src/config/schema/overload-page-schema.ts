import * as z from 'zod';
import { scalar } from './scalar.ts';
import { path } from './system-scalars.ts';

const status = () =>
  z
    .union([z.literal(503), z.literal(429)], { error: '503, or 429 for what a visitor does too much of' })
    .meta({ title: '`503`, `429`' });

const exception = (what: string) =>
  z.strictObject({
    template: path('the path of a page, such as ./overload.html')
      .optional()
      .describe(`The HTML template ${what}.`),
    status: status().optional().describe(`The status ${what}.`),
  });

const linkTarget = () =>
  scalar(
    'link',
    '^(?:https?://|mailto:|tel:|/)[^\\s"<>]*$',
    'a link: https://…, mailto:…, tel:… or a path such as /help',
    (text) => text,
  );

const belowApplication = "^/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+/?)+$";

const EXPECTED = 'the path of a page, such as ./overload.html, or a map with `template` and more';

const settings = z.strictObject(
  {
    template: path('the path of a page, such as ./overload.html')
      .optional()
      .describe('Your own HTML page, a Mustache template. Without it: the built-in one.'),
    partials: path('the path of a folder, such as ./overload')
      .optional()
      .describe(
        'A folder of parts, `NAME.html`, for `{{> NAME}}`. One named `style`, `script`, `art`, `head`, `header` or `footer` takes the place of that part of the built-in page.',
      ),
    languages: path('the path of a folder, such as ./languages')
      .optional()
      .describe(
        'A folder of languages, such as `nl.yaml`, beside those that Spillway has; one of the same tag changes its texts.',
      ),
    contact: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ title: 'text' })
      .describe('Whom visitors may ask: an address of mail, a link, or any text.'),
    links: z
      .record(z.string(), linkTarget(), {
        error: 'a map of links, such as { "Status": "https://status.example.org" }',
      })
      .default({})
      .meta({ title: 'map of links' })
      .describe('Links on the page: what each says, and where it leads.'),
    status: status()
      .default(503)
      .describe('Status of the page: 503, or 429 where a visitor asks for too much.'),
    reasons: z
      .record(z.string(), exception('for this reason'))
      .default({})
      .describe(
        'Exceptions by the reason of a decision, the metric label: `{ over_fair_share: { status: 429 } }`.',
      ),
    routes: z
      .record(
        z.string().regex(new RegExp(belowApplication), {
          error: 'a path below that of the application, such as /edit',
        }),
        exception('below this path'),
        { error: 'a map of paths below that of the application, such as { /edit: { status: 429 } }' },
      )
      .default({})
      .describe(
        'Exceptions by a path below that of the application, such as `/edit`; the longest one that matches wins, after `reasons`.',
      ),
  },
  { error: EXPECTED },
);

/** The short form, a path alone, is the template. */
export function overloadPageSchema() {
  return z
    .preprocess((value) => (typeof value === 'string' ? { template: value } : value), settings)
    .meta({ title: 'path, or map', type: ['string', 'object'] });
}
