import * as z from 'zod';
import { duration, size } from './quantity-scalars.ts';

const MOST = 1000;
const expected = `a number of workers from 1 to ${MOST}, or a map such as { max: 4, min_idle: 1 }`;

const isShort = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST;

/** Reads `4` as `{ max: 4 }`. */
export const workersSchema = z
  .preprocess(
    (value) => (isShort(value) ? { max: value } : value),
    z.strictObject(
      {
        max: z.int().min(1).max(MOST).default(4).describe('Most workers at once.'),
        min: z.int().min(0).max(MOST).default(1).describe('Fewest workers while the daemon is up.'),
        min_idle: z
          .int()
          .min(0)
          .max(MOST)
          .default(0)
          .describe('How many are kept idle, as long as there is room.'),
        max_requests: z
          .int()
          .min(1)
          .max(1e9)
          .optional()
          .describe('A worker ends after so many requests, less up to a tenth by chance.'),
        max_memory: size(1 << 20, 1e15)
          .optional()
          .describe('A worker that has more resident memory ends after its request.'),
        idle_timeout: duration().optional().describe('A worker that is idle for longer ends, down to `min`.'),
        request_timeout: duration()
          .optional()
          .describe('How long a worker may take for one request; then it is killed.'),
        queue: z
          .int()
          .min(0)
          .max(100_000)
          .optional()
          .describe('Most requests that wait for a worker; the next one is answered with 503.'),
        queue_timeout: duration().optional().describe('How long one waits for a worker; then 503.'),
        accept: z
          .enum(['parent', 'worker'], { error: 'parent or worker' })
          .default('parent')
          .describe(
            '`parent`: it hands each connection to a worker that is ready. `worker`: they accept themselves, which costs less for each request; then `max_requests`, `request_timeout` and `queue` bind nobody, a worker that dies takes the connections with it that it has accepted, and a WSGI application hears nothing of the bus.',
          ),
      },
      { error: expected },
    ),
  )
  .meta({ title: 'whole number, or map', type: ['integer', 'object'], minimum: 1, maximum: MOST })
  .describe(
    'The workers of the daemon of `app` or `wsgi`: at most so many, or a map with the following keys.',
  );
