import type { BusEvent } from '../bus/bus.ts';
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
 * A gateway from its start to its end, and how it goes from one configuration to another. Its life is that of the bus, by whose channels it is told:
 *
 *     start   opens everything; where a part cannot be opened the bus unwinds, and what was opened is taken down
 *     reload  prepares everything, then swaps all at once; or changes nothing and fails with the faults
 *     stop    accepts no more, finishes what is under way, stops the daemons
 *
 * While started it may be draining: it serves what comes, and says that it is not ready.
 */
export class Gateway {
  readonly #surroundings: GatewaySurroundings;
  readonly #parts: GatewayParts;
  readonly #reloader: Reloader;
  #configuration: Configuration;
  /** As it was written, without what is set for a while. */
  #written: Configuration;
  #draining = false;
  /** Of the reloads that were heard, for who asked. */
  readonly #results = new WeakMap<BusEvent, ReloadResult>();

  private constructor(configuration: Configuration, surroundings: GatewaySurroundings) {
    this.#configuration = configuration;
    this.#written = configuration;
    this.#surroundings = surroundings;
    this.#parts = gatewayParts(configuration, surroundings, {
      configuration: () => this.#configuration,
      phase: () => this.#phase(),
      lastReload: () => this.#reloader.last,
      reload: () => this.reloadFile('operator'),
      applyOverrides: () => this.#applyOverrides(),
      setDraining: (draining) => {
        this.#draining = draining;
      },
    });
    this.#reloader = new Reloader({
      put: (next) => this.#put(next),
      file: () => this.#configuration.file,
      learned: (application, chain) => this.#parts.applications.learned(application, chain),
      refuse: (next) => this.#parts.overrides.endlessWith(next),
      logger: this.#parts.logger,
      metrics: this.#parts.metrics,
    });
    // Each part of it has time limits of its own.
    const timeoutMs = Number.POSITIVE_INFINITY;
    const { bus } = surroundings;
    bus.subscribe('start', { name: 'gateway', timeoutMs, hear: () => this.#open() });
    bus.subscribe('reload', { name: 'gateway', timeoutMs, hear: (event) => this.#reload(event) });
    bus.subscribe('stop', { name: 'gateway', timeoutMs, hear: () => this.#close() });
  }

  /** Starts the bus of its surroundings; resolves when every listener is open. Throws a Fault where something that the operator named cannot be used. */
  static async start(configuration: Configuration, surroundings: GatewaySurroundings): Promise<Gateway> {
    const gateway = new Gateway(configuration, surroundings);
    const started = await surroundings.bus.publish({ channel: 'start' });
    if (started.kind === 'bus-refusal') throw new Error(started.message);
    const [failure] = started.failures;
    if (failure !== undefined) throw failure.error;
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

  /**
   * Publishes a reload: the configuration's file is read again and put into force. One at a time: who asks meanwhile gets a reload of its own, after.
   */
  async reloadFile(from: string): Promise<ReloadResult> {
    const event: BusEvent = { channel: 'reload', from };
    const published = await this.#surroundings.bus.publish(event);
    if (published.kind === 'bus-refusal') return { faults: [new Fault('reload/not-now', published.message)] };
    const result = this.#results.get(event);
    if (result === undefined) throw published.failures[0]?.error;
    return result;
  }

  #phase(): GatewayPhase {
    switch (this.#surroundings.bus.state) {
      case 'started':
        return this.#draining ? 'draining' : 'ready';
      case 'stopping':
      case 'exiting':
        return 'stopping';
      default:
        return 'starting';
    }
  }

  async #reload(event: BusEvent): Promise<void> {
    const result = await this.#reloader.reloadFile();
    this.#results.set(event, result);
    if ('faults' in result)
      throw new AggregateError(result.faults, 'a faulty configuration: nothing was changed');
  }

  async #close(): Promise<void> {
    const { stopTimeoutMs } = this.#configuration;
    const { listeners, gate, applications, operators, overrides, busDoor, load, stateLog } = this.#parts;
    overrides.close();
    await listeners.close(stopTimeoutMs);
    await gate.drain(stopTimeoutMs);
    await applications.stop();
    await operators.close();
    await busDoor?.close();
    load.stop();
    stateLog.close();
  }

  #open(): void {
    const { applications, listeners, operators, busDoor } = this.#parts;
    busDoor?.prepare(this.#configuration.applications);
    applications.commit(applications.prepare(this.#configuration.applications));
    operators.open(this.#configuration);
    listeners.commit(listeners.prepare(this.#configuration.listen), 0);
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
  #put(written: Configuration): ReloadResult {
    const before = this.#configuration;
    const { applications, listeners, operators, busDoor, bounds, overrides } = this.#parts;
    const next = overrides.applied(written);
    try {
      busDoor?.prepare(next.applications);
      const nextApplications = applications.prepare(next.applications);
      const nextListeners = listeners.prepare(next.listen);
      const nextAdmin = this.#prepareAdmin(next, nextListeners);
      this.#written = written;
      this.#configuration = next;
      Object.assign(bounds, next.http);
      const changes = applications.commit(nextApplications);
      listeners.commit(nextListeners, next.stopTimeoutMs);
      operators.commit(nextAdmin);
      busDoor?.commit(next.applications);
      for (const { listener } of nextListeners.opened)
        this.#tellListening(protocolOf(listener.address), listener.address);
      return { changes: { ...changes, needsRestart: needsRestart(before, next) } };
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return { faults: [fault] };
    }
  }

  /** As a reload of the same configuration, but for what is set for a while: only applications can change by that. */
  #applyOverrides(): Fault | undefined {
    if (this.#surroundings.bus.state !== 'started')
      return new Fault('control/not-now', 'expected a gateway that is neither starting nor stopping');
    const { applications, overrides } = this.#parts;
    const next = overrides.applied(this.#written);
    try {
      const prepared = applications.prepare(next.applications);
      this.#configuration = next;
      applications.commit(prepared);
      return undefined;
    } catch (fault) {
      if (fault instanceof Fault) return fault;
      throw fault;
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
