import * as z from 'zod';
import { duration, size } from './quantity-scalars.ts';

export const httpSchema = z
  .strictObject({
    head_timeout: duration().prefault('10s').describe('Longest time for the head of a request to arrive.'),
    body_timeout: duration()
      .prefault('30s')
      .describe('Longest time without a byte of a request body. A slow upload that moves is not cut.'),
    idle_timeout: duration()
      .prefault('60s')
      .describe('How long a connection is kept open for the next request.'),
    answer_timeout: duration()
      .prefault('60s')
      .describe('Longest time in which the visitor takes no byte of the answer.'),
    max_head: size(1024, 1024 ** 2)
      .prefault('32KiB')
      .describe('Longest head of a request, request line included; over it: 431.'),
    max_connections: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Most connections of all HTTP listeners together. Who comes then waits, and connections that are idle longest are ended. Without it: three quarters of the descriptors that the process may have open (ulimit -n), less 64.',
      ),
    odd_fields: z
      .enum(['leave_out', 'refuse'])
      .default('leave_out')
      .describe(
        'What becomes of a request with a field whose name has more than letters, digits and hyphens: `X_Foo` would be the same variable as `X-Foo`. `leave_out` keeps the field from programs; `refuse` answers 400.',
      ),
  })
  .describe('Bounds of all HTTP listeners.');
