import { isDeepStrictEqual } from 'node:util';
import { type AdminServer, startAdminServer } from '../admin/admin-server.ts';
import type { AdminSource } from '../admin/admin-source.ts';
import type { BusResponder } from '../bus/bus-responder.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ControlServer, startControlServer } from '../control/control-server.ts';
import type { ControlTarget } from '../control/control-target.ts';
import type { Logger } from '../log/logger.ts';

type Addresses = Pick<Configuration, 'admin' | 'control'>;

/** An admin server that is to take the place of the one before; nobody where there is to be none. */
export interface PreparedAdmin {
  readonly configured: Configuration['admin'];
  readonly next: AdminServer | undefined;
}

/** The servers for operators: `admin` shows, `control` acts. Either may be left out. */
export class OperatorServers {
  readonly #source: AdminSource;
  readonly #target: ControlTarget;
  readonly #bus: BusResponder;
  readonly #logger: Logger;
  #configured: Addresses['admin'];
  #admin: AdminServer | undefined;
  #control: ControlServer | undefined;

  constructor(source: AdminSource, target: ControlTarget, bus: BusResponder, logger: Logger) {
    this.#source = source;
    this.#target = target;
    this.#bus = bus;
    this.#logger = logger;
  }

  get adminAddress(): string | undefined {
    return this.#admin?.address;
  }

  get controlAddress(): string | undefined {
    return this.#control?.address;
  }

  /** Throws a Fault where an address cannot be had; what was opened before it stays, for `close`. */
  open({ admin, control }: Addresses): void {
    this.#configured = admin;
    if (admin !== undefined) this.#admin = this.#openAdmin(admin);
    if (control === undefined) return;
    this.#control = startControlServer(this.#target, {
      ...control,
      bus: this.#bus,
      onFault: this.#onFault,
    });
  }

  /** Opens the admin server at another address. Throws a Fault; then everything is as it was. Nothing where it stays. */
  prepare(admin: Addresses['admin']): PreparedAdmin | undefined {
    if (isDeepStrictEqual(admin, this.#configured)) return undefined;
    return { configured: admin, next: admin === undefined ? undefined : this.#openAdmin(admin) };
  }

  commit(prepared: PreparedAdmin | undefined): void {
    if (prepared === undefined) return;
    this.#configured = prepared.configured;
    void this.#admin?.close();
    this.#admin = prepared.next;
  }

  async close(): Promise<void> {
    this.#bus.close();
    await this.#admin?.close();
    await this.#control?.close();
  }

  #openAdmin(address: NonNullable<Configuration['admin']>): AdminServer {
    return startAdminServer(address, this.#source, { onFault: this.#onFault });
  }

  readonly #onFault = (fault: unknown): void => this.#logger.error('internal-fault', { err: fault });
}
