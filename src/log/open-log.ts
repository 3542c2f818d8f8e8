import type { DecisionLogConfiguration, LogConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import { AccessLog } from './access-log.ts';
import { DecisionLog } from './decision-log.ts';
import { DescriptorOutput } from './descriptor-output.ts';
import { FileOutput } from './file-output.ts';
import type { LogOutput } from './log-output.ts';
import { type Logger, makeLogger } from './logger.ts';

/** Nobody watches decisions as they are made: larger batches are cheaper. */
const DECISION_DELAY_MS = 500;

export interface OpenLogOptions {
  readonly clock: Clock;
  /** Standard output where left out. */
  readonly output?: LogOutput;
  /** Decisions are written down, too. */
  readonly decisions?: DecisionLogConfiguration | undefined;
  /** Somebody watches: whether standard output is a terminal where left out. */
  readonly terminal?: boolean;
  readonly wallClock?: () => number;
}

export interface OpenedLog {
  readonly logger: Logger;
  /** Nothing where the configuration wants none. */
  readonly access: AccessLog | undefined;
  /** Nothing where the configuration wants none. Needs traced records. */
  readonly decisions: DecisionLog | undefined;
  /** Lines that could not be written, by the log that lacks them; the access log's are under `log` where both share one output. */
  lost(): { readonly log: number; readonly access: number; readonly decisions: number };
  /** Goes on in the files that have the configured names now. One that cannot be opened is logged, and the old one goes on. */
  reopen(): void;
  /** Writes what waits, and lets go of the process. Nothing is logged afterwards. */
  close(): void;
}

/**
 * The log as configured. What waits is written when the process exits, however it does. Throws a Fault where a file cannot
 * be opened.
 */
export async function openLog(
  configuration: LogConfiguration,
  {
    clock,
    output,
    decisions,
    terminal = process.stdout.isTTY === true,
    wallClock = Date.now,
  }: OpenLogOptions,
): Promise<OpenedLog> {
  const { format, file, access } = configuration;
  const accessFile = configuration.accessFile ?? file;
  const watched = terminal && file === undefined;
  const isReadable = format === 'readable' || (format === 'auto' && watched);
  const to = openOutput(file);
  const accessTo = access === 'off' || accessFile === file ? to : openOutput(accessFile);
  const decisionsTo =
    decisions &&
    new FileOutput({ clock, path: decisions.file, delayMs: DECISION_DELAY_MS, rotation: decisions });
  const outputs = new Set([to, accessTo, ...(decisionsTo === undefined ? [] : [decisionsTo])]);
  // The readable form is for few: who has no terminal does not load it.
  const readable = isReadable ? (await import('./readable-line.ts')).readableLine(watched) : undefined;
  const logger = makeLogger(configuration, { output: to, readable, wallClock });
  const asLog = isReadable ? 'readable' : 'json';
  const flush = (): void => {
    for (const each of outputs) each.flush();
  };
  process.on('exit', flush);
  return {
    logger,
    access:
      access === 'off'
        ? undefined
        : new AccessLog({ output: accessTo, format: access === 'as-log' ? asLog : access, wallClock }),
    decisions:
      decisions &&
      decisionsTo &&
      new DecisionLog({ output: decisionsTo, variables: decisions.variables, clock, wallClock }),
    lost: () => ({
      log: to.lost,
      access: accessTo === to ? 0 : accessTo.lost,
      decisions: decisionsTo?.lost ?? 0,
    }),
    reopen() {
      for (const each of outputs) {
        try {
          if (each instanceof FileOutput) each.reopen();
        } catch (fault) {
          logger.error('log-not-reopened', { problem: String(fault) });
        }
      }
    },
    close() {
      for (const each of outputs) each.close();
      process.off('exit', flush);
    },
  };

  function openOutput(path: string | undefined): LogOutput {
    if (path !== undefined) return new FileOutput({ clock, path });
    return output ?? new DescriptorOutput({ clock, ...(terminal ? { delayMs: 0 } : {}) });
  }
}
