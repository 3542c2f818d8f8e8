import type { ExchangeHandler } from '../core/listener.ts';
import type { ErrorPage } from '../core/overload-page.ts';
import type { Refusal } from '../core/refusal.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { LateHeads } from './late-heads.ts';
import type { ListenerOptions } from './listener-options.ts';
import type { ListenerState } from './listener-state.ts';
import { RequestIdField } from './request-id-field.ts';
import { Scratch } from './scratch.ts';

/** What all connections of one listener share. */
export interface ConnectionContext {
  readonly settings: ConnectionSettings;
  readonly listener: ListenerState;
  readonly handler: ExchangeHandler;
  readonly errorPage: ErrorPage;
  readonly scratch: Scratch;
  readonly lateHeads: LateHeads;
  readonly nextId: () => string;
  /** Carries the id of a request in, and out again. */
  readonly requestIdField: RequestIdField | undefined;
  readonly now: () => number;
  readonly onRefused: (refusal: Refusal) => void;
}

/** Answers of up to about `scratchBytes` go out in one write with their heads. */
export function connectionContext<Settings extends ConnectionSettings>(
  options: ListenerOptions<Settings>,
  listener: ListenerState,
  scratchBytes: number,
): ConnectionContext & { readonly settings: Settings } {
  const { settings, handler, errorPage, nextId, requestIdHeader, now, onRefused } = options;
  return {
    settings,
    listener,
    handler,
    errorPage,
    scratch: new Scratch(scratchBytes),
    lateHeads: new LateHeads(),
    nextId,
    requestIdField: requestIdHeader === undefined ? undefined : new RequestIdField(requestIdHeader),
    now,
    onRefused,
  };
}
