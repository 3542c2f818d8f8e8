import * as z from 'zod';
import { accountName, path, socketMode } from './system-scalars.ts';

export const controlSchema = z
  .strictObject(
    {
      socket: path('the path of a Unix socket, such as ./spillway.control').describe(
        'Who may connect to it may do everything that `spillway reload`, `drain`, `resume` and `daemon` do.',
      ),
      mode: socketMode().prefault('0600').describe('Its permissions: who may write may connect.'),
      owner: accountName().optional().describe('User whom it is given to.'),
      group: accountName().optional().describe('Group which it is given to.'),
      bus_mode: socketMode()
        .optional()
        .describe(
          'Permissions of the socket for applications on the bus, which is made beside this one as `SOCKET.bus` where an application has `bus`. Without it: `0600`, or `0666` where programs of such an application run as another user; what an application may do is decided by its token.',
        ),
    },
    { error: 'a map such as { socket: ./spillway.control }' },
  )
  .describe(
    'The socket by which operators command a running gateway. Without it there is SIGHUP for a reload.',
  );
