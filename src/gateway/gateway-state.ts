import type { Application } from '../admission/application.ts';
import type { ApplicationConfiguration, Configuration } from '../config/configuration.ts';
import type { RunLane } from '../core/lane.ts';
import type { MachineLoad } from '../core/load.ts';
import type { ApplicationSettings, ApplicationState, GatewayState } from '../metrics/gateway-state.ts';
import type { GatewayListener } from './listener-set.ts';

/** What metrics and status ask of a running gateway. */
export function gatewayState(
  applications: () => readonly Application[],
  listeners: () => readonly GatewayListener[],
  machine: Readonly<MachineLoad>,
  configuration: () => Configuration,
): GatewayState {
  return {
    applications: () => applications().map(applicationState),
    settings: () => configuration().applications.map(applicationSettings),
    load: () => machine,
    connections: () => {
      const sum: Record<string, number> = { idle: 0, head: 0, exchange: 0, lingering: 0 };
      for (const listener of listeners()) {
        const counts: Readonly<Record<string, number>> = listener.connections();
        for (const state of Object.keys(sum)) sum[state] = (sum[state] ?? 0) + (counts[state] ?? 0);
      }
      return sum;
    },
  };
}

function applicationState(application: Application): ApplicationState {
  const { load, name } = application;
  const limits: Partial<Record<RunLane, number>> = {};
  for (const lane of load.lanes) limits[lane] = application.limit(lane);
  return {
    name,
    inflight: { ...load.inflight },
    queued: load.queued,
    oldestWaitMs: load.oldestWaitMs,
    retryAfterMs: application.retryAfterMs,
    limits,
    daemon: load.daemon,
  };
}

function applicationSettings({ name, queue, policies }: ApplicationConfiguration): ApplicationSettings {
  return {
    name,
    queueMax: queue.max,
    parameters: policies.flatMap(({ name: policy, definition, parameters }) =>
      Object.entries(parameters).flatMap(([parameter, value]) => {
        if (typeof value === 'string') return [];
        const isDuration = definition.parameters[parameter]?.kind === 'duration';
        return [{ policy, parameter, value: Number(value) / (isDuration ? 1000 : 1) }];
      }),
    ),
  };
}
