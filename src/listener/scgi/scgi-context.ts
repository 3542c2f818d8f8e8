import type { ConnectionContext } from '../connection-context.ts';
import type { ScgiSettings } from './scgi-settings.ts';

/** What all connections of one listener share. */
export interface ScgiContext extends ConnectionContext {
  readonly settings: ScgiSettings;
}
