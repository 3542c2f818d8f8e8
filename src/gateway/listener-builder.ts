import { randomBytes } from 'node:crypto';
import type { ListenConfiguration } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Fault } from '../core/fault.ts';
import type { ExchangeHandler } from '../core/listener.ts';
import type { ConnectionBudget } from '../listener/connection-budget.ts';
import { HttpListener } from '../listener/http/http-listener.ts';
import type { HttpSettings } from '../listener/http/http-settings.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { PreparedErrorPage } from '../overload/error-page.ts';
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
  readonly handler: ExchangeHandler;
}

/** Makes the listeners of one gateway. */
export function listenerBuilder(surroundings: ListenerSurroundings): ListenerBuilder {
  const { clock, logger, metrics, budget, settings, requestIdHeader, handler } = surroundings;
  // Unique over restarts and machines by its random part, in order by its counter.
  const prefix = randomBytes(6).toString('hex');
  let ids = 0;
  const shared = {
    settings,
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
    onWarning: ({ code, place, message }: Fault) =>
      logger.warn('certificate', { code, file: place?.file, problem: message }),
  };
  return {
    open: ({ address, tls, rights }: ListenConfiguration) =>
      new HttpListener({ ...shared, address, rights, budget, certificates: tls?.certificates }),
    checkCertificates(certificates) {
      for (const files of certificates) readCertificate(files);
    },
  };
}
