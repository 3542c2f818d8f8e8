import type { LogConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import { AccessLog } from './access-log.ts';
import { DescriptorOutput } from './descriptor-output.ts';
import type { LogOutput } from './log-output.ts';
import { type Logger, makeLogger } from './logger.ts';

export interface OpenLogOptions {
  readonly clock: Clock;
  /** Standard output where left out. */
  readonly output?: LogOutput;
  /** Somebody watches: whether standard output is a terminal where left out. */
  readonly terminal?: boolean;
  readonly wallClock?: () => number;
}

export interface OpenedLog {
  readonly logger: Logger;
  /** Nothing where the configuration wants none. */
  readonly access: AccessLog | undefined;
  /** Writes what waits, and lets go of the process. Nothing is logged afterwards. */
  close(): void;
}

/** The log as configured. What waits is written when the process exits, however it does. */
export async function openLog(
  configuration: LogConfiguration,
  { clock, output, terminal = process.stdout.isTTY === true, wallClock = Date.now }: OpenLogOptions,
): Promise<OpenedLog> {
  const { format } = configuration;
  const isReadable = format === 'readable' || (format === 'auto' && terminal);
  const to = output ?? new DescriptorOutput({ clock, ...(terminal ? { delayMs: 0 } : {}) });
  // The readable form is for few: who has no terminal does not load it.
  const readable = isReadable ? (await import('./readable-line.ts')).readableLine(terminal) : undefined;
  const flush = (): void => to.flush();
  process.on('exit', flush);
  return {
    logger: makeLogger(configuration, { output: to, readable, wallClock }),
    access: configuration.access
      ? new AccessLog({ output: to, format: isReadable ? 'readable' : 'json', wallClock })
      : undefined,
    close() {
      to.close();
      process.off('exit', flush);
    },
  };
}
