import * as z from 'zod';
import { addressBlock } from './address-scalars.ts';
import { duration } from './quantity-scalars.ts';

export const explainSchema = z
  .strictObject(
    {
      keep: z
        .int()
        .min(0)
        .max(100_000)
        .default(1000)
        .describe(
          'How many of the last decisions are kept in memory, some 3 KB each; the oldest goes first.',
        ),
      retention: duration(1000).prefault('10m').describe('And how long: an older decision is told nobody.'),
      to: z
        .array(addressBlock(), { error: 'a list of addresses, such as [ 192.0.2.1, 10.0.0.0/8 ]' })
        .prefault([])
        .meta({ title: 'list of addresses' })
        .describe(
          'Visitors, by their address, whose answers have `Spillway-Decision`: the lane, the policy, its reason and its numbers. Empty: nobody.',
        ),
    },
    { error: 'a map such as { keep: 1000, retention: 10m }' },
  )
  .describe(
    'Why a request was decided as it was, for `spillway explain`. Method and path are kept, and with `fair` the address range (or user) that the visitor was counted as; nothing else of the request. Without it only a decision log can tell.',
  );
