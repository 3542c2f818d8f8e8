import * as z from 'zod';
import { duration } from './quantity-scalars.ts';

const expected = 'a rising list of 1 to 50 durations, such as [ 5ms, 50ms, 500ms, 5s ]';

/** Each bound is a series more for every histogram, application and lane. */
const MOST_BUCKETS = 50;

export const metricsSchema = z
  .strictObject({
    buckets: z
      .array(duration(), { error: expected })
      .min(1, { error: expected })
      .max(MOST_BUCKETS, { error: expected })
      .refine((bounds) => bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0)), {
        error: expected,
      })
      .optional()
      .meta({ title: 'list of durations' })
      .describe(
        'Upper bounds of the buckets of all histograms of requests. Choose them about the times that matter to you: what lies between two of them is guessed. Without it: 1, 2.5, 5, 10, 25 ms and so on to 10 and 30 s.',
      ),
    good_within: duration()
      .prefault('1s')
      .describe(
        "An answer that came within this time, from the queue to the end of the application's work, counts as goodput in `spillway_good_answers_total`.",
      ),
  })
  .describe('What `/metrics` on the admin address measures by.');
