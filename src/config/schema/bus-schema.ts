import * as z from 'zod';
import { GATEWAY_EVENTS } from '../../bus/bus-request.ts';

const expected = `a list of events (${GATEWAY_EVENTS.join(', ')}), such as [ reload ]; [] for none`;

export const busSchema = z
  .strictObject(
    {
      allow: z
        .array(z.enum(GATEWAY_EVENTS), { error: expected })
        .meta({ title: 'list of events' })
        .describe(
          'What it may ask of the whole gateway: `reload` reads this file and the certificates again, `graceful` is passed on to every application. To itself it may publish what it likes.',
        ),
    },
    { error: 'a map such as { allow: [ reload ] }' },
  )
  .describe(
    'Puts the application on the bus: its programs and daemons find there (`SPILLWAY_BUS`, `SPILLWAY_BUS_TOKEN`) what happens to the gateway, and can publish events. Needs `control`.',
  );
