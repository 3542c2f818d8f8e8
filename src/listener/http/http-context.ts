import type { ConnectionContext } from '../connection-context.ts';
import type { DateLine } from './date-line.ts';
import type { HttpSettings } from './http-settings.ts';

/** What all connections of one listener share. */
export interface HttpContext extends ConnectionContext {
  readonly settings: HttpSettings;
  readonly date: DateLine;
}
