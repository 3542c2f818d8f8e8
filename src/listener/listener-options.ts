import type { ExchangeHandler } from '../core/listener.ts';
import type { ErrorPage } from '../core/overload-page.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Place } from './acceptor.ts';
import type { ConnectionSettings } from './connection-settings.ts';

/** What every listener is given. */
export interface ListenerOptions<Settings extends ConnectionSettings> extends Place {
  readonly settings: Settings;
  readonly serverSoftware: string;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly now: () => number;
  readonly nextId: () => string;
  /** Names the field by which front servers give a request its id, and visitors are told it. */
  readonly requestIdHeader?: string;
  readonly onRefused: (refusal: Refusal) => void;
  /** A defect that cost a connection: told so that it is not lost. */
  readonly onFault?: (fault: unknown) => void;
}
