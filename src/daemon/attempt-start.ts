import type { Address, DaemonConfiguration } from '../config/configuration.ts';
import type { DaemonRefusal } from '../core/daemon.ts';
import type { FileLock } from '../system/file-lock.ts';
import { ActivationSocket } from './activation-socket.ts';
import type { DaemonProcess } from './daemon-process.ts';
import { dismissOrphan } from './dismiss-orphan.ts';
import { FirstAccept } from './first-accept.ts';
import { lifeRecordText } from './life-record.ts';
import type { Reachability } from './reachability.ts';
import { removeSocketName } from './remove-socket-name.ts';
import { shareSocket } from './share-socket.ts';
import { type StartOptions, startDaemon } from './start-daemon.ts';
import { takeLife } from './take-life.ts';

export type StartAttempt =
  /** Somebody else runs it. */
  | { readonly kind: 'running' }
  | {
      readonly kind: 'ready';
      /** Held: to be released when the process and its group are gone. */
      readonly life: FileLock;
      /** The one that the daemon was given; to be closed before the lock is released. */
      readonly socket: ActivationSocket | undefined;
      readonly process: DaemonProcess;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly refusal: DaemonRefusal;
      readonly message: string;
      /** What was started, and is gone. */
      readonly process: DaemonProcess | undefined;
    };

export interface AttemptOptions extends StartOptions {
  readonly address: Address;
  readonly lifePath: string;
  readonly usePath: string;
  readonly activation: DaemonConfiguration['activation'];
  readonly stopTimeoutMs: number;
  readonly orphanEnded: (pid: number) => void;
}

/** What a keeper holds between a daemon that crashed and the next. */
export interface HeldAddress {
  readonly life: FileLock;
  readonly socket: ActivationSocket;
}

/**
 * One attempt to have a daemon: finds one, or starts one under the life lock. When this resolves without holding the lock,
 * either a daemon is up or it is safe for somebody else to try. Never rejects.
 */
export async function attemptStart(options: AttemptOptions): Promise<StartAttempt> {
  // Whoever holds the lock may need all of the time that a start may take.
  const taken = await takeLife({ ...options, path: options.lifePath });
  switch (taken.kind) {
    case 'running':
      return taken;
    case 'held':
      return startLocked(options, taken.lock, async () =>
        openAddress(options, (await dismissOrphan(options)) ? await options.probe() : taken.found),
      );
    case 'lock-timeout':
      return refused('lock-timeout', `somebody else holds ${options.lifePath}, and no daemon answers`);
    case 'lock-failed':
      return refused('lock-failed', taken.message);
    case 'stopping':
      return refused('stopping', 'the start was called off');
  }
}

/** Another daemon for a queue that was kept. Lock and socket are given away: where it does not come up, neither is held any more. */
export function attemptRestart(
  options: AttemptOptions,
  { life, socket }: HeldAddress,
): Promise<StartAttempt> {
  return startLocked(options, life, () => Promise.resolve(socket));
}

/** Makes room for the daemon; opens its socket where it does not do so itself. */
function openAddress(
  { address, activation }: AttemptOptions,
  found: Reachability,
): ActivationSocket | undefined {
  if (found === 'denied') {
    throw new Error('expected a socket open to this user, or none; found something else');
  }
  if (found === 'stale') removeSocketName(address);
  return activation === 'inherit' ? new ActivationSocket(address) : undefined;
}

async function startLocked(
  options: AttemptOptions,
  life: FileLock,
  open: () => Promise<ActivationSocket | undefined>,
): Promise<StartAttempt> {
  let ready = false;
  let socket: ActivationSocket | undefined;
  let accept: FirstAccept | undefined;
  try {
    socket = await open();
    if (options.signal.aborted) return refused('stopping', 'the start was called off');
    socket?.makeBlocking();
    if (socket !== undefined) accept = new FirstAccept(options.address, socket, options.clock);
    const start = await startDaemon({
      ...options,
      ...(socket !== undefined && { launch: { ...options.launch, socket: socket.descriptor } }),
      ...(accept !== undefined && { probe: accept.probe }),
      launched: (daemon) => {
        life.write(lifeRecordText(process.pid, daemon.pid));
        options.launched(daemon);
      },
    });
    ready = start.kind === 'ready';
    if (ready && socket === undefined) shareSocket(options.address);
    return start.kind === 'ready'
      ? { ...start, life, socket }
      : refused(start.kind, start.message, start.process);
  } catch (error) {
    return refused(
      'start-failed',
      error instanceof Error && error.name === 'Error' ? error.message : String(error),
    );
  } finally {
    accept?.close();
    if (!ready) {
      closeQuietly(socket);
      life.write('');
      life.release();
    }
  }
}

/** The name that stays where its directory allows nothing else is found stale, and told of, at the next start. */
function closeQuietly(socket: ActivationSocket | undefined): void {
  try {
    socket?.close();
  } catch {
    // As said above.
  }
}

function refused(refusal: DaemonRefusal, message: string, process?: DaemonProcess): StartAttempt {
  return { kind: 'refused', refusal, message, process };
}
