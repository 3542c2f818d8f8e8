import * as z from 'zod';
import { path } from './system-scalars.ts';

export const logSchema = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('The least important lines that are still written.'),
    format: z
      .enum(['auto', 'json', 'readable'])
      .default('auto')
      .describe('`auto` is readable on a terminal and JSON elsewhere.'),
    access: z
      .literal([true, false, 'json', 'combined', 'off'], { error: 'true, false, json, combined or off' })
      .default(true)
      .describe(
        'A line for every request: `true` in the form of the other lines, with the decision and its reason; `json` always as JSON; `combined` as Apache and nginx write it, for programs that read such logs (499: the visitor left before the answer); none with `false` or `off`.',
      ),
    file: path('the path of a file, such as ./spillway.log')
      .optional()
      .describe('A file for the log, instead of standard output. SIGUSR1 opens it anew, for logrotate.'),
    access_file: path('the path of a file, such as ./access.log')
      .optional()
      .describe('A file of its own for the lines of requests. SIGUSR1 opens it anew.'),
  })
  .describe('The log goes to standard output, or to files.');
