import { lstatSync } from 'node:fs';
import type { Address, TcpAddress, UnixAddress } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import { connectUnix } from '../system/connect-unix.ts';
import { EAGAIN } from '../system/errno.ts';
import { pause } from './pause.ts';
import type { Probe, Reachability } from './reachability.ts';

const ENOENT = 2;
const ENOTDIR = 20;
const ECONNREFUSED = 111;

/** Makes the probe of an address. `timeoutMs` bounds a connection over TCP; one to a Unix socket never waits. */
export function probeAddress(address: Address, clock: Clock, timeoutMs: number): Probe {
  return address.kind === 'unix'
    ? () => Promise.resolve(probeUnix(address))
    : () => probeTcp(address, clock, timeoutMs);
}

function probeUnix({ path }: UnixAddress): Reachability {
  switch (connectUnix(path)) {
    case 0:
      return 'listening';
    case EAGAIN:
      return 'busy';
    case ECONNREFUSED:
      // A plain file refuses connections too, but it is nobody's leftover: it must not be removed.
      return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true ? 'stale' : 'denied';
    case ENOENT:
    case ENOTDIR:
      return 'absent';
    default:
      return 'denied';
  }
}

/** With a full backlog Linux drops what comes over TCP without a word, so silence means busy. */
async function probeTcp({ host, port }: TcpAddress, clock: Clock, timeoutMs: number): Promise<Reachability> {
  const answered = new AbortController();
  const connecting = Bun.connect({ hostname: host, port, socket: { data() {} } }).then(
    (socket): Reachability => {
      socket.end();
      return 'listening';
    },
    (): Reachability => 'absent',
  );
  const silence = pause(clock, timeoutMs, answered.signal).then((): Reachability => 'busy');
  const found = await Promise.race([connecting, silence]);
  answered.abort();
  return found;
}
