import { pino } from 'pino';
import type { LogConfiguration } from '../config/configuration.ts';
import type { LogOutput } from './log-output.ts';

/** Flat, but for `err`, which may be an exception. What is `undefined` is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** `event` is stable and lower case with hyphens, for searches and alerts; the numbers are in the fields. */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly output: LogOutput;
  /** Makes a readable line of a JSON line; JSON stays JSON where left out. */
  readonly readable?: ((jsonLine: string) => string) | undefined;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** A logger of JSON lines (`time`, `level`, `event`, fields), or of readable ones. */
export function makeLogger(
  { level }: Pick<LogConfiguration, 'level'>,
  { output, readable, wallClock = Date.now }: LoggerOptions,
): Logger {
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date(wallClock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => output.write(readable === undefined ? line : readable(line)) },
  );
  return {
    debug: (event, fields) => log.debug(fields ?? {}, event),
    info: (event, fields) => log.info(fields ?? {}, event),
    warn: (event, fields) => log.warn(fields ?? {}, event),
    error: (event, fields) => log.error(fields ?? {}, event),
  };
}
