import type { ListenAddress } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { InheritedSockets } from '../system/inherited-sockets.ts';
import type { ServiceEnvironment } from '../system/service-manager.ts';
import { listeningName } from '../system/socket-name.ts';
import { ListeningPlace } from './listening-place.ts';

/** Nothing: whatever was inherited. */
export type ListeningPlaceSource = ListenAddress | undefined;

const FIRST_DESCRIPTOR = 3;

/**
 * The socket to listen at. One that was inherited (sd_listen_fds(3), or standard input) comes before an address, which then only says
 * where it is: a keeper that holds the socket gives the same command as one that does not. Takes the variables of sd_listen_fds out of `environment`.
 * Throws a Fault where there is none.
 */
export function openListeningPlace(
  environment: ServiceEnvironment,
  source: ListeningPlaceSource,
): ListeningPlace {
  const { LISTEN_PID, LISTEN_FDS } = environment;
  const isHanded = Number(LISTEN_PID) === process.pid && Number(LISTEN_FDS) > 0;
  const inherited = new InheritedSockets(environment);
  if (source?.kind === 'systemd') return ListeningPlace.inherited(inherited.named(source.name));
  if (source?.kind === 'descriptor') return ListeningPlace.inherited(inherited.at(source.descriptor));
  for (const descriptor of isHanded ? [FIRST_DESCRIPTOR, 0] : [0]) {
    if (typeof listeningName(descriptor) === 'object')
      return ListeningPlace.inherited(inherited.at(descriptor));
  }
  if (source !== undefined) return ListeningPlace.at(source);
  throw new Fault(
    'prefork/no-socket',
    'expected --listen ADDRESS, or a listening socket as descriptor 3 (LISTEN_FDS) or standard input, found neither',
  );
}
