import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import type { AdminSource } from '../admin/admin-source.ts';
import { statusDocument } from '../admin/status-document.ts';
import { Gate } from '../admission/gate.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ConfigurationFaults, loadConfiguration } from '../config/load-configuration.ts';
import { type ControlServer, startControlServer } from '../control/control-server.ts';
import { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { ConnectionBudget } from '../listener/connection-budget.ts';
import { httpDefaults } from '../listener/http/http-settings.ts';
import { LoadReader } from '../load/load-reader.ts';
import type { OpenedLog } from '../log/open-log.ts';
import { StateLog } from '../log/state-log.ts';
import { Metrics } from '../metrics/metrics.ts';
import { PreparedErrorPage } from '../overload/error-page.ts';
import { descriptorLimit } from '../system/descriptor-limit.ts';
import type { InheritedSockets } from '../system/inherited-sockets.ts';
import { version } from '../version.ts';
import { adminSource, type GatewayPhase } from './admin-source.ts';
import { ApplicationSet } from './application-set.ts';
import { buildApplication } from './build-application.ts';
import { controlTarget } from './control-target.ts';
import { fanOutObserver } from './fan-out-observer.ts';
import { gatewayState } from './gateway-state.ts';
import { listenerBuilder } from './listener-builder.ts';
import { ListenerSet } from './listener-set.ts';
import type { LastReload, ReloadResult } from './reload-result.ts';

export interface GatewaySurroundings {
  readonly clock: Clock;
  readonly log: OpenedLog;
  /** Sockets that were open before the gateway. */
  readonly inherited: InheritedSockets;
}

/** What the machine bears at once: this many processes for each processor, or four times as many conversations with daemons. */
const capacityPerProcessor = 32;
const cost = { exec: 1, forward: 0.25 };

/** The rest is for programs, daemons and the bodies on disk. */
const connectionsShare = 3 / 4;

function defaultMaxConnections(): number {
  return Math.max(1, Math.floor(descriptorLimit() * connectionsShare) - 64);
}

/** Keys that are read once: a change of them waits for the next start, and is told. */
const readOnce = ['log', 'decisionLog', 'requestIdHeader', 'trustedProxies', 'control'] as const;

/**
 * The composition root: makes every part of a gateway, changes them, and takes them down again.
 *
 *                            ┌─ reload(): prepare everything, then swap all at once ─┐
 *                            ▼                                                       │
 *     starting ──open──► ready ──────────────────────────────────────────────────────┘
 *         │                  └─stop()──► stopping ──requests over, daemons gone──► stopped
 *         └─ a part that cannot be made: what was made is taken down, the fault is thrown
 */
export class Gateway {
  readonly #surroundings: GatewaySurroundings;
  readonly #load: LoadReader;
  readonly #metrics: Metrics;
  readonly #stateLog: StateLog;
  readonly #applications: ApplicationSet;
  readonly #listeners: ListenerSet;
  readonly #gate: Gate;
  readonly #httpSettings: { -readonly [Key in keyof typeof httpDefaults]: number } & Configuration['http'];
  /** What went wrong last with the daemon of each application. */
  readonly #daemonFailures = new Map<string, string>();
  readonly #startedMs = Date.now();
  #configuration: Configuration;
  #admin: AdminServer | undefined;
  #control: ControlServer | undefined;
  #phase: GatewayPhase = 'starting';
  #lastReload: LastReload | undefined;
  #reloading: Promise<unknown> = Promise.resolve();

  private constructor(configuration: Configuration, surroundings: GatewaySurroundings) {
    const { clock, log } = surroundings;
    this.#configuration = configuration;
    this.#surroundings = surroundings;
    this.#load = new LoadReader(clock);
    this.#metrics = new Metrics({ version, bun: Bun.version });
    this.#metrics.watchLogs(() => log.lost());
    this.#stateLog = new StateLog({ logger: log.logger, clock, load: () => this.#load.read() });
    this.#httpSettings = { ...httpDefaults, ...configuration.http };
    this.#load.start();
    this.#applications = this.#makeApplicationSet();
    this.#gate = this.#makeGate();
    this.#listeners = new ListenerSet(
      listenerBuilder({
        clock,
        logger: log.logger,
        metrics: this.#metrics,
        budget: new ConnectionBudget(configuration.http.maxConnections ?? defaultMaxConnections()),
        settings: this.#httpSettings,
        requestIdHeader: configuration.requestIdHeader,
        trustedProxies: configuration.trustedProxies,
        handler: (exchange) => this.#gate.handle(exchange),
        inherited: surroundings.inherited,
      }),
    );
  }

  /** Resolves when every listener is open. Throws a Fault where something that the operator named cannot be used. */
  static async start(configuration: Configuration, surroundings: GatewaySurroundings): Promise<Gateway> {
    const gateway = new Gateway(configuration, surroundings);
    try {
      gateway.#open();
    } catch (fault) {
      await gateway.stop();
      throw fault;
    }
    return gateway;
  }

  /** In force. */
  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Where visitors are served. */
  get addresses(): readonly string[] {
    return this.#listeners.listeners.map(({ address }) => address);
  }

  get adminAddress(): string | undefined {
    return this.#admin?.address;
  }

  get applications(): ApplicationSet {
    return this.#applications;
  }

  /** Reads the configuration's file again and puts it into force. One at a time: who asks meanwhile gets a reload of its own, after. */
  reloadFile(): Promise<ReloadResult> {
    const reloaded = this.#reloading.then(async () =>
      this.reload(await loadConfiguration(this.#configuration.file)),
    );
    this.#reloading = reloaded;
    return reloaded;
  }

  /**
   * Puts another configuration into force. Where anything of it cannot be used, nothing has changed and the faults say why. Requests
   * under way end as they began; applications whose configuration is the same keep their daemons, queues and learned limits.
   */
  reload(loaded: Configuration | ConfigurationFaults): ReloadResult {
    const result = 'kind' in loaded ? { faults: loaded.faults } : this.#put(loaded);
    const { logger } = this.#surroundings.log;
    const successful = 'changes' in result;
    this.#lastReload = { successful, atMs: Date.now(), faults: successful ? [] : result.faults.map(String) };
    this.#metrics.reloaded(successful, Date.now());
    if (successful) logger.info('reloaded', { file: this.#configuration.file, ...result.changes });
    else
      for (const fault of result.faults)
        logger.error('reload-failed', { code: fault.code, problem: String(fault) });
    return result;
  }

  /** Accepts no more, finishes what is under way, stops the daemons. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    const { stopTimeoutMs } = this.#configuration;
    await this.#listeners.close(stopTimeoutMs);
    await this.#gate.drain(stopTimeoutMs);
    await this.#applications.stop();
    await this.#admin?.close();
    await this.#control?.close();
    this.#load.stop();
    this.#stateLog.close();
  }

  #open(): void {
    const { logger } = this.#surroundings.log;
    const { applications, listen, admin, control } = this.#configuration;
    this.#applications.commit(this.#applications.prepare(applications));
    this.#metrics.watch(this.#state());
    if (admin !== undefined) this.#admin = this.#openAdmin(admin);
    if (control !== undefined) this.#control = this.#openControl(control);
    this.#listeners.commit(this.#listeners.prepare(listen), 0);
    this.#phase = 'ready';
    for (const address of this.addresses) logger.info('listening', { what: protocolOf(address), address });
    if (this.#admin !== undefined) logger.info('listening', { what: 'admin', address: this.#admin.address });
    if (this.#control !== undefined)
      logger.info('listening', { what: 'control', address: this.#control.address });
  }

  /** Everything that can fail comes first; from the first commit on nothing can. */
  #put(next: Configuration): ReloadResult {
    const before = this.#configuration;
    const { logger } = this.#surroundings.log;
    try {
      const applications = this.#applications.prepare(next.applications);
      const listeners = this.#listeners.prepare(next.listen);
      let admin = this.#admin;
      const adminChanged = !isDeepStrictEqual(before.admin, next.admin);
      try {
        if (adminChanged) admin = next.admin === undefined ? undefined : this.#openAdmin(next.admin);
      } catch (fault) {
        this.#listeners.abandon(listeners);
        throw fault;
      }
      this.#configuration = next;
      Object.assign(this.#httpSettings, next.http);
      const changes = this.#applications.commit(applications);
      this.#listeners.commit(listeners, next.stopTimeoutMs);
      if (adminChanged) {
        void this.#admin?.close();
        this.#admin = admin;
      }
      for (const { listener } of listeners.opened)
        logger.info('listening', { what: protocolOf(listener.address), address: listener.address });
      const restart = readOnce.filter((key) => !isDeepStrictEqual(before[key], next[key]));
      return { changes: { ...changes, needsRestart: restart } };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return { faults: [fault] };
    }
  }

  #makeApplicationSet(): ApplicationSet {
    const { clock, log } = this.#surroundings;
    const machine = this.#load.read();
    const capacity = Math.max(1, machine.processors) * capacityPerProcessor;
    const ledger = new CapacityLedger({ capacity, cost });
    return new ApplicationSet(
      (application, inheritance) =>
        buildApplication(application, inheritance, {
          clock,
          random: Math.random,
          logger: log.logger,
          metrics: this.#metrics,
          daemonFailures: this.#daemonFailures,
          ledger,
          machine,
          directory: dirname(this.#configuration.file),
        }),
      ledger,
    );
  }

  #makeGate(): Gate {
    const { clock, log } = this.#surroundings;
    const onFault = (fault: unknown, id: string): void =>
      log.logger.error('internal-fault', { id, err: fault });
    const logs = [log.access, log.decisions].filter((one) => one !== undefined);
    const observers = [this.#metrics, this.#stateLog, ...logs];
    return new Gate({
      clock,
      routes: () => this.#applications.router,
      errorPage: new PreparedErrorPage(),
      observer: fanOutObserver(observers, onFault),
      traced: log.decisions !== undefined,
      temporaryFolder: tmpdir(),
      onFault,
    });
  }

  #state(): ReturnType<typeof gatewayState> {
    return gatewayState(
      () => this.#applications.applications,
      () => this.#listeners.listeners,
      this.#load.read(),
    );
  }

  #openControl({ path, rights }: NonNullable<Configuration['control']>): ControlServer {
    const { clock, log } = this.#surroundings;
    const target = controlTarget({
      applications: this.#applications,
      gate: this.#gate,
      clock,
      status: () => statusDocument(this.#adminSource(), Date.now()),
      reload: () => this.reloadFile(),
      setDraining: (draining) => {
        if (this.#phase !== 'stopping') this.#phase = draining ? 'draining' : 'ready';
      },
      logger: log.logger,
    });
    return startControlServer(target, {
      path,
      rights,
      onFault: (fault) => log.logger.error('internal-fault', { err: fault }),
    });
  }

  #openAdmin(address: NonNullable<Configuration['admin']>): AdminServer {
    const { logger } = this.#surroundings.log;
    return startAdminServer(address, this.#adminSource(), {
      onFault: (fault) => logger.error('internal-fault', { err: fault }),
    });
  }

  #adminSource(): AdminSource {
    return adminSource({
      state: this.#state(),
      configuration: () => this.#configuration,
      metrics: this.#metrics,
      daemonFailures: this.#daemonFailures,
      listeners: () => this.addresses,
      phase: () => this.#phase,
      startedMs: this.#startedMs,
      lastReload: () => this.#lastReload,
    });
  }
}

/** By what visitors, or front servers, come in: of an address as operators write it. */
function protocolOf(address: string): string {
  return address.startsWith('scgi') ? 'scgi' : 'http';
}
