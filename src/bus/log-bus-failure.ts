import { Fault } from '../core/fault.ts';
import type { Logger } from '../log/logger.ts';

/** Writes a failure that the bus published on its channel `log`; but for the faults of an operator's configuration, which are told where they are met. */
export function logBusFailure(logger: Logger, payload: unknown): void {
  if (typeof payload !== 'object' || payload === null || !('error' in payload)) return;
  const { channel, listener, error } = payload as Readonly<Record<string, unknown>>;
  if (error instanceof Fault || error instanceof AggregateError) return;
  const problem = error instanceof Error ? error.message : String(error);
  logger.warn('bus-listener-failed', { channel, listener, problem });
}
