import type { Bus } from '../bus/bus.ts';
import { BusDesk } from '../bus/bus-desk.ts';
import { BusDoor } from '../bus/bus-door.ts';
import { BusResponder } from '../bus/bus-responder.ts';
import { BusTokens } from '../bus/bus-tokens.ts';
import { BUS_TOKEN_VARIABLE, BUS_VARIABLE } from '../bus/bus-variables.ts';
import { EventSubscribers } from '../bus/event-subscribers.ts';
import type { ApplicationConfiguration, Configuration } from '../config/configuration.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';

export interface BusPartsOptions {
  readonly bus: Bus;
  /** At the start: where the sockets are is read once. */
  readonly control: Configuration['control'];
  /** In force. */
  readonly configuration: () => Configuration;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface BusParts {
  readonly responder: BusResponder;
  /** Nothing without a control socket. */
  readonly door: BusDoor | undefined;
  /** By which programs and daemons of an application find the bus; none where it is not on it. */
  readonly variables: (application: ApplicationConfiguration) => Readonly<Record<string, string>>;
}

/** The ways from outside to the bus of a gateway. */
export function busParts({ bus, control, configuration, metrics, logger }: BusPartsOptions): BusParts {
  const tokens = new BusTokens();
  const desk = new BusDesk({
    bus,
    subscribers: new EventSubscribers(),
    applications: () => configuration().applications,
    metrics,
    logger,
  });
  const responder = new BusResponder(desk, tokens);
  if (control === undefined) return { responder, door: undefined, variables: () => ({}) };
  const path = `${control.path}.bus`;
  return {
    responder,
    door: new BusDoor({
      path,
      mode: control.busMode,
      responder,
      onFault: (fault) => logger.error('internal-fault', { err: fault }),
    }),
    variables: ({ name, bus: on }) =>
      on === undefined ? {} : { [BUS_VARIABLE]: `unix:${path}`, [BUS_TOKEN_VARIABLE]: tokens.of(name) },
  };
}
