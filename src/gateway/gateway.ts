import type { Configuration } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import type { GatewayPhase } from './admin-source.ts';
import type { ApplicationSet } from './application-set.ts';
import { type GatewayParts, type GatewaySurroundings, gatewayParts } from './gateway-parts.ts';
import type { PreparedListeners } from './listener-set.ts';
import { needsRestart } from './needs-restart.ts';
import type { PreparedAdmin } from './operator-servers.ts';
import type { ReloadResult } from './reload-result.ts';
import { Reloader } from './reloader.ts';

/**
 * A gateway from its start to its end, and how it goes from one configuration to another.
 *
 *                            ┌─ reload: prepare everything, then swap all at once ─┐
 *                            ▼                                                     │
 *     starting ──open──► ready ────────────────────────────────────────────────────┘
 *         │               │ ▲ └─stop()──► stopping ──requests over, daemons gone──► stopped
 *         │               ▼ │
 *         │            draining: serves what comes, and says that it is not ready
 *         │
 *         └─ a part that cannot be opened: what was opened is taken down, the fault is thrown
 */
export class Gateway {
  readonly #surroundings: GatewaySurroundings;
  readonly #parts: GatewayParts;
  readonly #reloader: Reloader;
  #configuration: Configuration;
  #phase: GatewayPhase = 'starting';

  private constructor(configuration: Configuration, surroundings: GatewaySurroundings) {
    this.#configuration = configuration;
    this.#surroundings = surroundings;
    this.#parts = gatewayParts(configuration, surroundings, {
      configuration: () => this.#configuration,
      phase: () => this.#phase,
      lastReload: () => this.#reloader.last,
      reload: () => this.reloadFile(),
      setDraining: (draining) => {
        if (this.#phase !== 'stopping') this.#phase = draining ? 'draining' : 'ready';
      },
    });
    this.#reloader = new Reloader({
      put: (next) => this.#put(next),
      file: () => this.#configuration.file,
      logger: surroundings.log.logger,
      metrics: this.#parts.metrics,
    });
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
    return this.#parts.listeners.addresses;
  }

  get adminAddress(): string | undefined {
    return this.#parts.operators.adminAddress;
  }

  get applications(): ApplicationSet {
    return this.#parts.applications;
  }

  /** Reads the configuration's file again and puts it into force. One at a time: who asks meanwhile gets a reload of its own, after. */
  reloadFile(): Promise<ReloadResult> {
    return this.#reloader.reloadFile();
  }

  /** Accepts no more, finishes what is under way, stops the daemons. */
  async stop(): Promise<void> {
    if (this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    const { stopTimeoutMs } = this.#configuration;
    const { listeners, gate, applications, operators, load, stateLog } = this.#parts;
    await listeners.close(stopTimeoutMs);
    await gate.drain(stopTimeoutMs);
    await applications.stop();
    await operators.close();
    load.stop();
    stateLog.close();
  }

  #open(): void {
    const { applications, listeners, operators } = this.#parts;
    applications.commit(applications.prepare(this.#configuration.applications));
    operators.open(this.#configuration);
    listeners.commit(listeners.prepare(this.#configuration.listen), 0);
    this.#phase = 'ready';
    for (const address of listeners.addresses) this.#tellListening(protocolOf(address), address);
    const { adminAddress, controlAddress } = operators;
    if (adminAddress !== undefined) this.#tellListening('admin', adminAddress);
    if (controlAddress !== undefined) this.#tellListening('control', controlAddress);
  }

  /**
   * Everything that can fail comes first; from the first commit on nothing can. Where anything of it cannot be used, nothing has changed
   * and the faults say why. Requests under way end as they began; applications whose configuration is the same keep their daemons,
   * queues and learned limits.
   */
  #put(next: Configuration): ReloadResult {
    const before = this.#configuration;
    const { applications, listeners, operators, bounds } = this.#parts;
    try {
      const nextApplications = applications.prepare(next.applications);
      const nextListeners = listeners.prepare(next.listen);
      const nextAdmin = this.#prepareAdmin(next, nextListeners);
      this.#configuration = next;
      Object.assign(bounds, next.http);
      const changes = applications.commit(nextApplications);
      listeners.commit(nextListeners, next.stopTimeoutMs);
      operators.commit(nextAdmin);
      for (const { listener } of nextListeners.opened)
        this.#tellListening(protocolOf(listener.address), listener.address);
      return { changes: { ...changes, needsRestart: needsRestart(before, next) } };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return { faults: [fault] };
    }
  }

  #prepareAdmin({ admin }: Configuration, listeners: PreparedListeners): PreparedAdmin | undefined {
    try {
      return this.#parts.operators.prepare(admin);
    } catch (fault) {
      this.#parts.listeners.abandon(listeners);
      throw fault;
    }
  }

  #tellListening(what: string, address: string): void {
    this.#surroundings.log.logger.info('listening', { what, address });
  }
}

/** By what visitors, or front servers, come in: of an address as operators write it. */
function protocolOf(address: string): string {
  return address.startsWith('scgi') ? 'scgi' : 'http';
}
