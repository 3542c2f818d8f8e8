import * as z from 'zod';

const POLICY =
  'a policy: its name alone, such as threshold, or one name with its parameters, such as { threshold: { start: 1.0 } }';

export const policySchema = z
  .union(
    [
      z.string().meta({ title: 'policy with defaults' }),
      z
        .record(z.string(), z.record(z.string(), z.unknown()).nullable())
        .refine((entry) => Object.keys(entry).length === 1, { error: POLICY })
        .meta({ title: 'policy with parameters', minProperties: 1, maxProperties: 1 }),
    ],
    { error: POLICY },
  )
  .describe(
    'A policy by its name, or one name with parameters: one that comes with Spillway, or the path of your own file, such as ./policies/mine.ts. `dry_run: true` among the parameters: what it would shed is only counted.',
  );
