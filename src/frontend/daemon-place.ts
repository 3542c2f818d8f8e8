import { dirname } from 'node:path';
import { fillInAddress } from '../config/address.ts';
import type { Address, DaemonConfiguration } from '../config/configuration.ts';
import { type LockPaths, lockPaths } from '../daemon/lock-paths.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';

/** One daemon of an application: where it is, and how it is kept. */
export interface DaemonPlace {
  readonly address: Address;
  readonly connectTimeoutMs: number;
  /** The address filled in. Nothing where somebody else runs the daemon. */
  readonly daemon: DaemonConfiguration | undefined;
  /** The same as the gateway's. */
  readonly locks: LockPaths;
  /** What its keeper and it have to say. */
  readonly logFile: string;
}

/** `index`: which of the application's addresses. Nothing where there is no such one. */
export function daemonPlace(
  { application, file, paths }: FrontendConfiguration,
  index: number,
): DaemonPlace | undefined {
  const { scgi, name } = application;
  const address = scgi?.addresses[index];
  if (scgi === undefined || address === undefined) return undefined;
  const { daemon, connectTimeoutMs } = scgi;
  return {
    address,
    connectTimeoutMs,
    daemon: daemon && { ...daemon, command: fillInAddress(daemon.command, address) },
    locks: lockPaths(address, dirname(file)),
    logFile: `${paths.state}/${name}-daemon${index === 0 ? '' : `-${index + 1}`}.log`,
  };
}
