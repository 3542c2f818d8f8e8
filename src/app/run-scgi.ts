import { parseAddress } from '../config/address.ts';
import { Fault } from '../core/fault.ts';
import type { ListeningPlace } from '../prefork/listening-place.ts';
import { openListeningPlace } from '../prefork/open-listening-place.ts';
import { isReadable } from '../system/is-readable.ts';
import { ServiceManager } from '../system/service-manager.ts';
import { SystemClock } from '../system/system-clock.ts';
import { beginLife, endLife, hearEvent } from './application-life.ts';
import { conversationHandler } from './conversation-handler.ts';
import { Conversations } from './conversations.ts';
import { logFailure } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { gatewayUplink, hearGateway } from './gateway-uplink.ts';
import { loadedBus } from './loaded-bus.ts';
import type { ScgiConversation } from './scgi-conversation.ts';

const SETTLE_MS = 10;

/** What Bun's listeners take and their types do not say. */
const listen = Bun.listen as unknown as (options: {
  readonly fd: number;
  readonly allowHalfOpen: boolean;
  readonly socket: ReturnType<typeof conversationHandler>;
}) => { stop(closeConnections?: boolean): void };

/**
 * An SCGI server in this process, at an address or at a socket that was inherited. SIGHUP is `reload` on the bus; SIGTERM and SIGINT take the
 * name of the socket away, let those finish who are here or in its queue, and end; a second one ends at once.
 */
export async function runScgi(
  load: () => Promise<FetchApplication>,
  address: string | undefined,
): Promise<void> {
  const place = openPlace(address);
  const manager = new ServiceManager(process.env, new SystemClock());
  const application = await load();
  await beginLife(gatewayUplink(process.env));
  if (loadedBus() !== undefined) void hearGateway(process.env, hearEvent);
  const conversations = new Conversations(application, logFailure);
  const isUnix = place.address.startsWith('unix:');
  const listener = listen({
    fd: place.descriptor,
    allowHalfOpen: true,
    socket: conversationHandler((socket): ScgiConversation => conversations.begin(socket, isUnix, () => {})),
  });
  place.publish();
  manager.ready(`serving SCGI at ${place.address}`);
  process.stderr.write(`${JSON.stringify({ level: 'info', event: 'listening', scgi: place.address })}\n`);
  process.on('SIGHUP', () => void hearEvent({ channel: 'reload', from: 'SIGHUP' }));

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    manager.stopping();
    place.withdraw();
    // Of an inherited socket the queue is for whoever serves it next.
    if (address !== undefined) while (isReadable(place.descriptor)) await Bun.sleep(SETTLE_MS);
    listener.stop(false);
    await conversations.finish();
    await endLife(signal);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function openPlace(text: string | undefined): ListeningPlace {
  if (text === undefined) {
    try {
      return openListeningPlace(process.env, undefined);
    } catch (error) {
      throw new Fault(
        'app/no-way',
        'expected --http ADDRESS, --scgi ADDRESS, a CGI request (GATEWAY_INTERFACE), a prefork parent or a listening socket, found none of them: try --http 127.0.0.1:8080',
        undefined,
        error,
      );
    }
  }
  const address = parseAddress(text);
  if (address === undefined) {
    throw new Fault(
      'app/bad-address',
      `expected an address such as 127.0.0.1:4000 or unix:/run/wiki.sock, found ${JSON.stringify(text)}`,
    );
  }
  return openListeningPlace(process.env, address);
}
