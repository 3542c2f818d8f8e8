import * as z from 'zod';
import { bufferSchema } from './buffer-schema.ts';
import { busSchema } from './bus-schema.ts';
import { cgiSchema } from './cgi-schema.ts';
import { VARIABLE_NAME } from './name-patterns.ts';
import { overloadPageSchema } from './overload-page-schema.ts';
import { policySchema } from './policy-schema.ts';
import { duration, size } from './quantity-scalars.ts';
import { hosts, pathPrefix } from './request-scalars.ts';
import { daemonLife, scgiSchema } from './scgi-schema.ts';
import { path } from './system-scalars.ts';
import { workersSchema } from './workers-schema.ts';
import { wsgiCallable } from './wsgi-callable.ts';

const queue = z
  .strictObject({
    max: z
      .int()
      .min(0)
      .max(100_000)
      .default(512)
      .describe('How many requests may wait for a slot; the next one is shed. With 0 nobody waits.'),
    timeout: duration().prefault('5s').describe('Longest time in the queue; then the request is shed.'),
  })
  .describe('The admission queue.');

const environment = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()], { error: 'a text, "" for an empty one' }),
    { error: 'a map of variables, such as { WIKI_ROOT: ./data }' },
  )
  .meta({
    title: 'map of variables',
    propertyNames: { pattern: VARIABLE_NAME },
    // The values are taken as they are written, so they arrive here as texts.
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  })
  .describe(
    'Variables for the program and the daemon, beside PATH. Values are taken as they are written, except that one which starts with `./` or `../` is a path relative to this file.',
  );

const limits = z
  .strictObject({
    body: size(0, 1e12)
      .optional()
      .describe(
        'Longest request body; over it: 413. A body is taken in before the application sees it. Without it: `max_body`.',
      ),
    head: size(256, 1 << 26)
      .prefault('64KiB')
      .describe('Longest head of an answer of the program or daemon; over it: 502.'),
    environment: size(1024, 1 << 24)
      .prefault('2MiB')
      .describe(
        'All variables of a request together, names and values; over it: 431. For a program the system has bounds of its own: 128 KiB for one, somewhat less than 2 MiB for all.',
      ),
  })
  .describe('What one request and its answer may have at most.');

export const applicationSchema = z
  .strictObject({
    host: hosts()
      .optional()
      .describe(
        'The hosts that the application is for: a name, or a list, each such as `wiki.example.org` or `*.example.org` for every name below. The most specific host wins, before the path. Without it: for every request that no application with a host takes.',
      ),
    at: pathPrefix().describe('Path prefix of the application; the longest one that matches wins.'),
    cgi: cgiSchema.optional(),
    scgi: scgiSchema.optional(),
    app: path('the path of a module, such as ./wiki.ts')
      .optional()
      .describe(
        'In place of `cgi` and `scgi`: a JavaScript or TypeScript module with `export default { fetch(request) }`. It has both lanes: run for one request, and as a daemon with workers.',
      ),
    wsgi: wsgiCallable()
      .optional()
      .describe(
        "In place of `cgi` and `scgi`: a WSGI application, as `module:callable`. Modules are looked for beside this file, and where PYTHONPATH of `environment` says. It has both lanes, run by the `python3` of the application's PATH.",
      ),
    workers: workersSchema.prefault({}),
    daemon: z
      .strictObject(daemonLife)
      .optional()
      .describe('When the daemon of `app` or `wsgi` is started and stopped; its command is ours.'),
    bus: busSchema.optional(),
    policies: z
      .array(policySchema, { error: 'a list of policies, such as [ threshold ]' })
      .min(1, { error: 'a list of policies, such as [ threshold ]; leave the key out for the default chain' })
      .optional()
      .meta({ title: 'list of policies' })
      .describe(
        'The chain of policies, first to last. Any of them may shed, the first that names a lane wins, the lowest limit holds. Without this key: `auto`.',
      ),
    shadow: z
      .array(policySchema, { error: 'a list of policies, such as [ threshold ]' })
      .min(1, { error: 'a list of policies, such as [ threshold ]; leave the key out for none' })
      .optional()
      .meta({ title: 'list of policies' })
      .describe(
        'A second chain, written as `policies`, that decides beside the live one on the same traffic and touches nothing: `spillway_shadow_decisions_total` shows where the two agree. For a change that you want to see before you make it.',
      ),
    queue: queue.prefault({}),
    environment: environment.prefault({}),
    overload_page: overloadPageSchema()
      .optional()
      .describe(
        'Your own overload page, instead of the one that is built in: the path of its template, or a map of what follows.',
      ),
    buffer: bufferSchema.prefault({}),
    limits: limits.prefault({}),
    max_body: size(0, 1e12).prefault('100MB').describe('The same as `limits.body`, which comes before it.'),
  })
  .meta({
    anyOf: [{ required: ['cgi'] }, { required: ['scgi'] }, { required: ['app'] }, { required: ['wsgi'] }],
  })
  .describe(
    'One application. It needs `app`, or `wsgi`, or `cgi`, or `scgi`, or the last two together. With both lanes policies choose for each request.',
  );
