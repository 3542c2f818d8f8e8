import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { statusDocument } from '../admin/status-document.ts';
import { Gate } from '../admission/gate.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusDoor } from '../bus/bus-door.ts';
import type { Configuration, HttpConfiguration } from '../config/configuration.ts';
import { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import { LastDecisions } from '../explain/last-decisions.ts';
import { ConnectionBudget } from '../listener/connection-budget.ts';
import { type HttpSettings, httpDefaults } from '../listener/http/http-settings.ts';
import { LoadReader } from '../load/load-reader.ts';
import type { Logger } from '../log/logger.ts';
import type { OpenedLog } from '../log/open-log.ts';
import { RecentChanges } from '../log/recent-changes.ts';
import { StateLog } from '../log/state-log.ts';
import { Metrics } from '../metrics/metrics.ts';
import { PreparedErrorPage } from '../overload/error-page.ts';
import type { InheritedSockets } from '../system/inherited-sockets.ts';
import { version } from '../version.ts';
import { type AdminSourceParts, adminSource } from './admin-source.ts';
import { ApplicationSet } from './application-set.ts';
import { buildApplication } from './build-application.ts';
import { busParts } from './bus-parts.ts';
import { type ControlTargetParts, controlTarget } from './control-target.ts';
import { explainParts } from './explain-parts.ts';
import { fanOutObserver } from './fan-out-observer.ts';
import { gatewayState } from './gateway-state.ts';
import { listenerBuilder } from './listener-builder.ts';
import { ListenerSet } from './listener-set.ts';
import { maxConnections } from './max-connections.ts';
import { OperatorServers } from './operator-servers.ts';
import { ParameterOverrides } from './parameter-overrides.ts';

export interface GatewaySurroundings {
  readonly clock: Clock;
  readonly log: OpenedLog;
  /** Sockets that were open before the gateway. */
  readonly inherited: InheritedSockets;
  /** The life of the process. */
  readonly bus: Bus;
}

/** What parts ask of the gateway that they are parts of. None of it is asked while they are made. */
export interface GatewayLife
  extends Pick<AdminSourceParts, 'configuration' | 'phase' | 'lastReload'>,
    Pick<ControlTargetParts, 'reload' | 'setDraining'> {
  /** Puts into force what is set for a while as it is now; or changes nothing and says why. */
  applyOverrides(): Fault | undefined;
}

export interface GatewayParts {
  readonly load: LoadReader;
  /** Through which changes of state are remembered, too. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly stateLog: StateLog;
  readonly applications: ApplicationSet;
  readonly gate: Gate;
  readonly listeners: ListenerSet;
  readonly operators: OperatorServers;
  readonly overrides: ParameterOverrides;
  /** For applications on the bus; nothing without a control socket. */
  readonly busDoor: BusDoor | undefined;
  /** Bounds of all listeners, for a reload to change in place. */
  readonly bounds: { -readonly [Key in keyof HttpConfiguration]: HttpConfiguration[Key] };
}

/** What the machine bears at once: this many processes for each processor, or four times as many conversations with daemons. */
const capacityPerProcessor = 32;
const cost = { exec: 1, forward: 0.25 };

/** The composition root: makes every part of a gateway and opens none of them; only the load is read from now on. */
export function gatewayParts(
  configuration: Configuration,
  surroundings: GatewaySurroundings,
  life: GatewayLife,
): GatewayParts {
  const { clock, log, inherited, bus } = surroundings;
  const changes = new RecentChanges();
  const logger = changes.remembering(log.logger);
  const load = new LoadReader(clock);
  load.start();
  const metrics = new Metrics({ version, bun: Bun.version, ...configuration.metrics });
  metrics.watchLogs(() => log.lost());
  const stateLog = new StateLog({ logger, clock, load: () => load.read() });
  const daemonFailures = new Map<string, string>();
  const machine = load.read();
  const ledger = new CapacityLedger({
    capacity: Math.max(1, machine.processors) * capacityPerProcessor,
    cost,
  });
  const random = Math.random;
  const directory = dirname(configuration.file);
  const { responder, door, variables } = busParts({
    bus,
    control: configuration.control,
    configuration: life.configuration,
    metrics,
    logger,
  });
  const forApplications = {
    clock,
    random,
    logger,
    metrics,
    daemonFailures,
    ledger,
    machine,
    directory,
    busVariables: variables,
  };
  const applications = new ApplicationSet(
    (application, inheritance) => buildApplication(application, inheritance, forApplications),
    ledger,
  );
  const onFault = (fault: unknown, id: string): void => logger.error('internal-fault', { id, err: fault });
  const explaining = explainParts(configuration.explain, clock);
  const lastDecisions = explaining.ring && new LastDecisions(explaining.ring);
  const logs = [log.access, log.decisions, explaining.ring, lastDecisions].filter((one) => one !== undefined);
  const gate = new Gate({
    clock,
    routes: () => applications.router,
    errorPage: new PreparedErrorPage(),
    observer: fanOutObserver([metrics, stateLog, ...logs], onFault),
    traced: log.decisions !== undefined || explaining.ring !== undefined,
    decisionField: explaining.decisionField,
    temporaryFolder: tmpdir(),
    onFault,
  });
  const settings = { ...httpDefaults, ...configuration.http } satisfies HttpSettings;
  const listeners = new ListenerSet(
    listenerBuilder({
      clock,
      logger,
      metrics,
      budget: new ConnectionBudget(maxConnections(configuration.http.maxConnections)),
      settings,
      requestIdHeader: configuration.requestIdHeader,
      trustedProxies: configuration.trustedProxies,
      handler: (exchange) => gate.handle(exchange),
      inherited,
    }),
  );
  const state = gatewayState(
    () => applications.applications,
    () => listeners.listeners,
    machine,
    life.configuration,
  );
  metrics.watch(state);
  const source = adminSource({
    ...life,
    state,
    metrics,
    daemonFailures,
    listeners: () => listeners.addresses,
    startedMs: Date.now(),
    changes,
    lastDecisions,
  });
  const overrides = new ParameterOverrides({
    clock,
    logger,
    configuration: life.configuration,
    apply: life.applyOverrides,
  });
  metrics.watchOverrides(() =>
    overrides.list().map((one) => [one.secondsLeft, one.application, one.policy, one.parameter] as const),
  );
  const status = (): unknown => ({
    ...statusDocument(source, Date.now()),
    overrides: overrides.list(),
  });
  const target = controlTarget({
    ...life,
    applications,
    gate,
    clock,
    status,
    logger,
    explain: explaining.explain,
    setParameter: (change) => overrides.set(change),
    undoParameters: (undo) => overrides.undo(undo),
    parameters: () => overrides.list(),
  });
  const operators = new OperatorServers(source, target, responder, logger);
  return {
    load,
    logger,
    metrics,
    stateLog,
    applications,
    gate,
    listeners,
    operators,
    overrides,
    busDoor: door,
    bounds: settings,
  };
}
