/** What may be asked of a whole gateway; the rest of its life is the operator's. */
export const GATEWAY_EVENTS = ['graceful', 'reload'] as const;
export type GatewayEvent = (typeof GATEWAY_EVENTS)[number];

/** Somebody's wish to publish. */
export type BusRequest =
  | { readonly scope: 'gateway'; readonly event: GatewayEvent; readonly payload: unknown }
  | {
      readonly scope: 'application';
      /** A name of the application's own choice, or one that everybody knows: `reload`, `graceful`. */
      readonly event: string;
      /** Nothing: that of who asks. */
      readonly application: string | undefined;
      readonly payload: unknown;
    };

const eventName = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Reads `{"event": "reload", "scope": "application", "application": "wiki", "payload": …}`: all but the event may be left out. Without a scope it is
 * the gateway's, or that of the application which is named. A sentence for who asked where it is none.
 */
export function parseBusRequest(value: unknown): BusRequest | string {
  if (typeof value !== 'object' || value === null) return 'expected an object such as {"event": "reload"}';
  const { event, application, payload, ...others } = value as Record<string, unknown>;
  const { scope = application === undefined ? 'gateway' : 'application', ...unknown } = others;
  const [strange] = Object.keys(unknown);
  if (strange !== undefined) return `expected event, scope, application and payload, found ${strange}`;
  if (typeof event !== 'string' || !eventName.test(event))
    return `expected an event of lower case letters, digits and -, such as reload, found ${JSON.stringify(event)}`;
  if (application !== undefined && typeof application !== 'string')
    return `expected the name of an application, found ${JSON.stringify(application)}`;
  if (scope === 'application') return { scope, event, application, payload };
  if (scope !== 'gateway') return `expected the scope application or gateway, found ${JSON.stringify(scope)}`;
  if (application !== undefined) return 'expected no application beside the scope gateway';
  const known = GATEWAY_EVENTS.find((one) => one === event);
  if (known === undefined) return `expected ${GATEWAY_EVENTS.join(' or ')} for the gateway, found ${event}`;
  return { scope, event: known, payload };
}
