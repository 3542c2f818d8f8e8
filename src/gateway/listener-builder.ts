import { randomBytes } from 'node:crypto';
import type { Address, ListenAddress, ListenConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { ExchangeHandler } from '../core/listener.ts';
import type { ConnectionBudget } from '../listener/connection-budget.ts';
import { HttpListener } from '../listener/http/http-listener.ts';
import type { HttpSettings } from '../listener/http/http-settings.ts';
import { ScgiListener } from '../listener/scgi/scgi-listener.ts';
import { type ScgiSettings, scgiDefaults } from '../listener/scgi/scgi-settings.ts';
import { setSocketRights } from '../listener/set-socket-rights.ts';
import { socketOwner } from '../listener/socket-owner.ts';
import { TrustedProxies } from '../listener/trusted-proxies.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { PreparedErrorPage } from '../overload/error-page.ts';
import type { InheritedSockets } from '../system/inherited-sockets.ts';
import { readCertificate } from '../tls/certificate.ts';
import { version } from '../version.ts';
import type { ListenerBuilder } from './listener-set.ts';

export interface ListenerSurroundings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly budget: ConnectionBudget;
  /** Looked at whenever a limit is due: a reload changes it in place. */
  readonly settings: HttpSettings;
  readonly requestIdHeader: string;
  /** As the operator writes them. */
  readonly trustedProxies: readonly string[];
  readonly handler: ExchangeHandler;
  /** Sockets that were open before the gateway. */
  readonly inherited: InheritedSockets;
}

/** Makes the listeners of one gateway. */
export function listenerBuilder(surroundings: ListenerSurroundings): ListenerBuilder {
  const { clock, logger, metrics, budget, settings, requestIdHeader, handler } = surroundings;
  // Unique over restarts and machines by its random part, in order by its counter.
  const prefix = randomBytes(6).toString('hex');
  let ids = 0;
  const trustedProxies = new TrustedProxies(surroundings.trustedProxies);
  const shared = {
    serverSoftware: `Spillway/${version}`,
    handler,
    errorPage: new PreparedErrorPage(),
    now: () => clock.now(),
    nextId: () => `${prefix}-${(++ids).toString(36)}`,
    requestIdHeader,
    onRefused: (refusal: { readonly code: string; readonly message: string }) => {
      metrics.refused(refusal.code);
      logger.debug('request-refused', { code: refusal.code, problem: refusal.message });
    },
    onFault: (fault: unknown) => logger.error('internal-fault', { err: fault }),
    onWarning: ({ code, place, message }: Fault) =>
      logger.warn('certificate', { code, file: place?.file, problem: message }),
  };
  return {
    open({ protocol, address, tls, rights }: ListenConfiguration) {
      const common = { ...shared, ...placeOf(address, surroundings.inherited), rights, budget };
      return protocol === 'scgi'
        ? new ScgiListener({ ...common, settings: scgiSettings(settings) })
        : new HttpListener({ ...common, settings, certificates: tls?.certificates, trustedProxies });
    },
    checkCertificates(certificates) {
      for (const files of certificates) readCertificate(files);
    },
    checkRights({ address, rights }) {
      if (address.kind === 'unix') socketOwner(address.path, rights);
    },
    changeRights({ address, rights }) {
      if (address.kind !== 'unix') return;
      try {
        setSocketRights(address.path, rights);
      } catch (fault) {
        logger.error('socket-rights', { path: address.path, problem: String(fault) });
      }
    },
  };
}

/** What a reload changes is asked of `http` each time. */
function scgiSettings(http: HttpSettings): ScgiSettings {
  return {
    ...scgiDefaults,
    get headTimeoutMs() {
      return http.headTimeoutMs;
    },
    get bodyTimeoutMs() {
      return http.bodyTimeoutMs;
    },
    get answerTimeoutMs() {
      return http.answerTimeoutMs;
    },
    get maxHeadBytes() {
      return http.maxHeadBytes;
    },
  };
}

/** Where a listener is really to be found, and the socket that is there already. */
function placeOf(
  address: ListenAddress,
  inherited: InheritedSockets,
): { address: Address; descriptor?: number } {
  if (address.kind === 'systemd') return inherited.named(address.name);
  return address.kind === 'descriptor' ? inherited.at(address.descriptor) : { address };
}
