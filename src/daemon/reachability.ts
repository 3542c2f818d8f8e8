/**
 * What a connection attempt says of a daemon.
 * - `listening`: connected.
 * - `busy`: somebody listens, but has not taken what is queued: alive, or hung.
 * - `stale`: a name that nobody listens on, or no socket at all: what a daemon left behind that is gone.
 * - `absent`: nothing there.
 * - `denied`: it cannot be told, since this user may not connect.
 */
export type Reachability = 'listening' | 'busy' | 'stale' | 'absent' | 'denied';

/** Tries to connect and closes at once. Never rejects. A daemon sees an empty connection, which SCGI servers bear. */
export type Probe = () => Promise<Reachability>;

/** Somebody listens. */
export function isAlive(found: Reachability): boolean {
  return found === 'listening' || found === 'busy';
}
