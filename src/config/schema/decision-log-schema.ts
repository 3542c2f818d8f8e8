import * as z from 'zod';
import { VARIABLE_NAME } from './name-patterns.ts';
import { size } from './quantity-scalars.ts';
import { path } from './system-scalars.ts';

/** What lets somebody act as the visitor. */
const SECRET_VARIABLES = ['HTTP_COOKIE', 'HTTP_AUTHORIZATION', 'HTTP_PROXY_AUTHORIZATION'];

export const decisionLogSchema = z
  .strictObject(
    {
      file: path('the path of a file, such as ./decisions.ndjson').describe(
        'The file; put aside as FILE.1, FILE.2 and so on.',
      ),
      max_size: size(128 * 1024, 1e12)
        .prefault('64MiB')
        .describe('At this size the file is put aside.'),
      keep: z
        .int()
        .min(0)
        .max(1000)
        .default(5)
        .describe(
          'How many files that were put aside stay; all together are bounded by `max_size` times `keep` + 1.',
        ),
      variables: z
        .array(
          z
            .string({ error: 'the name of a meta-variable, such as REQUEST_URI' })
            .regex(new RegExp(VARIABLE_NAME), { error: 'the name of a meta-variable, such as REQUEST_URI' }),
          { error: 'a list of meta-variables, such as [REQUEST_METHOD, REQUEST_URI]' },
        )
        .default(['REQUEST_METHOD', 'REQUEST_URI', 'HTTP_USER_AGENT'])
        .describe('The meta-variables that are recorded of each request.'),
      sensitive: z
        .boolean()
        .default(false)
        .describe(
          'Allows `HTTP_COOKIE`, `HTTP_AUTHORIZATION` and `HTTP_PROXY_AUTHORIZATION` among the variables: who reads the file can then act as the visitors.',
        ),
    },
    { error: 'a map such as { file: ./decisions.ndjson }' },
  )
  .superRefine(({ variables, sensitive }, context) => {
    for (const [index, name] of variables.entries()) {
      if (sensitive || !SECRET_VARIABLES.includes(name)) continue;
      const message = `a variable that is no secret, or sensitive: true beside it`;
      context.addIssue({ code: 'custom', path: ['variables', index], message });
    }
  })
  .describe(
    'A JSON line for every request with all that went into its decision: variables, load, limits, what each policy said, and the outcome.',
  );
