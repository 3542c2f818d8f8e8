import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import type { Application } from '../admission/application.ts';
import { Gate } from '../admission/gate.ts';
import { Router } from '../admission/router.ts';
import type { Configuration } from '../config/configuration.ts';
import { CapacityLedger } from '../core/capacity-ledger.ts';
import type { Clock } from '../core/clock.ts';
import { HttpListener } from '../listener/http/http-listener.ts';
import { httpDefaults } from '../listener/http/http-settings.ts';
import { LoadReader } from '../load/load-reader.ts';
import type { OpenedLog } from '../log/open-log.ts';
import { StateLog } from '../log/state-log.ts';
import type { GatewayState } from '../metrics/gateway-state.ts';
import { Metrics } from '../metrics/metrics.ts';
import { PreparedErrorPage } from '../overload/error-page.ts';
import { version } from '../version.ts';
import { adminSource } from './admin-source.ts';
import { buildApplication } from './build-application.ts';
import { fanOutObserver } from './fan-out-observer.ts';
import { gatewayState } from './gateway-state.ts';

export interface GatewaySurroundings {
  readonly clock: Clock;
  readonly log: OpenedLog;
}

/** What the machine bears at once: this many processes for each processor, or four times as many conversations with daemons. */
const capacityPerProcessor = 32;
const cost = { exec: 1, forward: 0.25 };

/**
 * The composition root: makes every part of a gateway, and takes it down again.
 *
 *     starting ──listeners open──► ready ──stop()──► stopping ──requests over, daemons gone──► stopped
 *         └─ a part that cannot be made: what was made is taken down, the fault is thrown
 */
export class Gateway {
  readonly configuration: Configuration;
  readonly #surroundings: GatewaySurroundings;
  readonly #load: LoadReader;
  readonly #metrics: Metrics;
  readonly #stateLog: StateLog;
  readonly #applications: Application[] = [];
  readonly #listeners: HttpListener[] = [];
  /** What went wrong last with the daemon of each application. */
  readonly #daemonFailures = new Map<string, string>();
  #gate: Gate | undefined;
  #admin: AdminServer | undefined;
  #phase: 'starting' | 'ready' | 'stopping' = 'starting';

  private constructor(configuration: Configuration, surroundings: GatewaySurroundings) {
    const { clock, log } = surroundings;
    this.configuration = configuration;
    this.#surroundings = surroundings;
    this.#load = new LoadReader(clock);
    this.#metrics = new Metrics({ version, bun: Bun.version });
    this.#stateLog = new StateLog({ logger: log.logger, clock, load: () => this.#load.read() });
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

  /** Where visitors are served. */
  get addresses(): readonly string[] {
    return this.#listeners.map((listener) => listener.address);
  }

  get adminAddress(): string | undefined {
    return this.#admin?.address;
  }

  /** Accepts no more, finishes what is under way, stops the daemons. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    const { stopTimeoutMs } = this.configuration;
    await Promise.all(this.#listeners.map((listener) => listener.close(stopTimeoutMs)));
    await this.#gate?.drain(stopTimeoutMs);
    await Promise.all(this.#applications.map((application) => application.parts.daemon?.stop()));
    await this.#admin?.close();
    this.#load.stop();
    this.#stateLog.close();
  }

  #open(): void {
    const { clock, log } = this.#surroundings;
    const { configuration } = this;
    this.#load.start();
    const machine = this.#load.read();
    const ledger = new CapacityLedger({
      capacity: Math.max(1, machine.processors) * capacityPerProcessor,
      cost,
    });
    for (const application of configuration.applications) {
      const directory = dirname(configuration.file);
      const { logger } = log;
      this.#applications.push(
        buildApplication(application, {
          clock,
          random: Math.random,
          logger,
          metrics: this.#metrics,
          daemonFailures: this.#daemonFailures,
          ledger,
          machine,
          directory,
        }),
      );
    }
    this.#gate = this.#buildGate();
    const state = gatewayState(this.#applications, this.#listeners, machine);
    this.#metrics.watch(state);
    if (configuration.admin !== undefined) this.#admin = this.#openAdmin(configuration.admin, state);
    for (const { address } of configuration.listen)
      this.#listeners.push(this.#openListener(address, this.#gate));
    this.#phase = 'ready';
    for (const address of this.addresses) log.logger.info('listening', { what: 'http', address });
    if (this.#admin !== undefined)
      log.logger.info('listening', { what: 'admin', address: this.#admin.address });
  }

  #buildGate(): Gate {
    const { clock, log } = this.#surroundings;
    const onFault = (fault: unknown, id: string): void =>
      log.logger.error('internal-fault', { id, err: fault });
    const observers = [this.#metrics, this.#stateLog, ...(log.access === undefined ? [] : [log.access])];
    return new Gate({
      clock,
      router: new Router(this.#applications),
      errorPage: new PreparedErrorPage(),
      observer: fanOutObserver(observers, onFault),
      temporaryFolder: tmpdir(),
      onFault,
    });
  }

  #openListener(address: Configuration['listen'][number]['address'], gate: Gate): HttpListener {
    const { clock, log } = this.#surroundings;
    // Unique over restarts and machines by its random part, in order by its counter.
    const prefix = randomBytes(6).toString('hex');
    let ids = 0;
    return new HttpListener({
      address,
      settings: { ...httpDefaults, ...this.configuration.http },
      serverSoftware: `Spillway/${version}`,
      handler: (exchange) => gate.handle(exchange),
      errorPage: new PreparedErrorPage(),
      now: () => clock.now(),
      nextId: () => `${prefix}-${(++ids).toString(36)}`,
      requestIdHeader: this.configuration.requestIdHeader,
      onRefused: (refusal) => {
        this.#metrics.refused(refusal.code);
        log.logger.debug('request-refused', { code: refusal.code, problem: refusal.message });
      },
    });
  }

  #openAdmin(address: NonNullable<Configuration['admin']>, state: GatewayState): AdminServer {
    const { logger } = this.#surroundings.log;
    const source = adminSource({
      state,
      configuration: this.configuration,
      metrics: this.#metrics,
      daemonFailures: this.#daemonFailures,
      listeners: () => this.addresses,
      phase: () => this.#phase,
      startedMs: Date.now(),
    });
    return startAdminServer(address, source, {
      onFault: (fault) => logger.error('internal-fault', { err: fault }),
    });
  }
}
