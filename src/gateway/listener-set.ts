import { isDeepStrictEqual } from 'node:util';
import type { CertificateFiles, ListenConfiguration } from '../config/configuration.ts';
import type { Listener } from '../core/listener.ts';

/** A listener with what a gateway wants of it beyond the contract. */
export interface GatewayListener extends Listener {
  /** Open connections by state. */
  connections(): Readonly<Record<string, number>>;
  /** Throws a Fault where one of them cannot be used, and then leaves everything as it was. */
  replaceCertificates?(certificates: readonly CertificateFiles[]): void;
}

export interface ListenerBuilder {
  /** Throws a Fault where the address or a certificate cannot be used. */
  open(configuration: ListenConfiguration): GatewayListener;
  /** Throws a Fault where one of them cannot be used. */
  checkCertificates(certificates: readonly CertificateFiles[]): void;
  /** Throws a Fault where an account is named that there is not. */
  checkRights(configuration: ListenConfiguration): void;
  /** Gives the name of a Unix socket that stays its new mode and owner. What cannot be done is logged. */
  changeRights(configuration: ListenConfiguration): void;
}

interface Open {
  readonly configuration: ListenConfiguration;
  readonly listener: GatewayListener;
}

export interface PreparedListeners {
  readonly next: readonly Open[];
  readonly opened: readonly Open[];
}

/** The listeners of a gateway, and how one set of them becomes another without a connection lost: new ones first, then the old go. */
export class ListenerSet {
  readonly #builder: ListenerBuilder;
  #open: readonly Open[] = [];
  readonly #leaving = new Set<Promise<void>>();

  constructor(builder: ListenerBuilder) {
    this.#builder = builder;
  }

  get listeners(): readonly GatewayListener[] {
    return this.#open.map(({ listener }) => listener);
  }

  /** As operators write them. */
  get addresses(): readonly string[] {
    return this.#open.map(({ listener }) => listener.address);
  }

  /** Opens what is new, and checks the certificates of what stays. Throws a Fault; then everything is as it was. */
  prepare(configurations: readonly ListenConfiguration[]): PreparedListeners {
    const opened: Open[] = [];
    try {
      const next = configurations.map((configuration) => {
        const before = this.#open.find((one) => samePlace(one.configuration, configuration));
        if (before !== undefined) {
          if (configuration.tls !== undefined)
            this.#builder.checkCertificates(configuration.tls.certificates);
          this.#builder.checkRights(configuration);
          return { configuration, listener: before.listener };
        }
        const open = { configuration, listener: this.#builder.open(configuration) };
        opened.push(open);
        return open;
      });
      return { next, opened };
    } catch (fault) {
      for (const { listener } of opened) void listener.close(0);
      throw fault;
    }
  }

  /** Certificates of the listeners that stay are read anew: their files may have changed although their names have not. */
  commit({ next, opened }: PreparedListeners, graceMs: number): void {
    const before = this.#open;
    this.#open = next;
    for (const { configuration, listener } of next) {
      const former = before.find((one) => one.listener === listener)?.configuration;
      if (former !== undefined && !isDeepStrictEqual(former.rights, configuration.rights))
        this.#builder.changeRights(configuration);
      if (configuration.tls === undefined || opened.some((one) => one.listener === listener)) continue;
      listener.replaceCertificates?.(configuration.tls.certificates);
    }
    for (const { listener } of before) {
      if (next.some((one) => one.listener === listener)) continue;
      const gone = listener.close(graceMs).finally(() => this.#leaving.delete(gone));
      this.#leaving.add(gone);
    }
  }

  /** Takes back what was prepared. */
  abandon({ opened }: PreparedListeners): void {
    for (const { listener } of opened) void listener.close(0);
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.listeners.map((listener) => listener.close(graceMs)), ...this.#leaving]);
  }
}

/** A listener can stay where only its certificates change, or mode and owner of its socket. */
function samePlace(a: ListenConfiguration, b: ListenConfiguration): boolean {
  const place = ({ protocol, address, tls }: ListenConfiguration) => ({
    protocol,
    address,
    secure: tls !== undefined,
  });
  return isDeepStrictEqual(place(a), place(b));
}
