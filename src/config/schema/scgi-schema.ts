import * as z from 'zod';
import { connectAddresses } from './address-scalars.ts';
import { duration } from './quantity-scalars.ts';

const WORD = 'a word; a number needs quotes';

/** When a daemon that Spillway runs is started and stopped. */
export const daemonLife = {
  start_timeout: duration().prefault('10s').describe('How long it may take until it accepts connections.'),
  idle_timeout: duration().prefault('5m').describe('Without a conversation for this long, it is retired.'),
  quiet_timeout: duration()
    .prefault('30s')
    .describe('While requests go to the exec lane for this long, it is retired.'),
  stop_timeout: duration().prefault('5s').describe('Its process group gets TERM, and KILL this much later.'),
};

const daemon = z
  .strictObject({
    command: z
      .array(z.string({ error: WORD }).regex(/^[^\0]+$/, { error: WORD }), {
        error: 'a list of words, such as [./wiki.scgi, ./wiki.sock]',
      })
      .min(1, { error: 'a list of words, such as [./wiki.scgi, ./wiki.sock]' })
      .describe(
        'Program and arguments that start the daemon in the foreground; no shell. Words that start with `./` or `../`, and a program with a slash, are relative to this file; a bare program is looked up in PATH. `{address}` in a word stands for the path or the `host:port` of the address; with several addresses, one word needs it unless `activation` is `inherit`.',
      ),
    activation: z
      .enum(['bind', 'inherit'], { error: 'bind or inherit' })
      .prefault('bind')
      .describe(
        '`bind`: the daemon listens at the address itself. `inherit`: Spillway listens, and hands the socket over as standard input and as descriptor 3 with LISTEN_FDS and LISTEN_PID, as systemd does; who comes while the daemon starts waits in its queue, and a daemon that crashes leaves that queue to the next.',
      ),
    ...daemonLife,
  })
  .describe(
    'How Spillway starts the daemon when it is needed. Without it somebody else runs the daemon, and it counts as up.',
  );

export const scgiSchema = z
  .strictObject({
    address: connectAddresses().describe(
      'Where the daemon listens; or a list, where several do. Each request goes to the one with the fewest conversations. With `daemon`, the first is started when it is needed, and one more as long as there are more conversations than daemons.',
    ),
    connect_timeout: duration().prefault('3s').describe('Longest time for a connection to the daemon.'),
    timeout: duration()
      .prefault('60s')
      .describe('Longest silence of the daemon: until the first byte of its answer, and between any two.'),
    daemon: daemon.optional(),
  })
  .describe('The forward lane: requests go to a resident SCGI daemon.');
