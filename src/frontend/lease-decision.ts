import { existsSync, readFileSync } from 'node:fs';
import type { Decision } from '../core/decision.ts';
import { DEFAULT_RETRY_AFTER_MS } from '../core/default-retry-after-ms.ts';
import type { ShedCircumstances } from '../core/overload-page.ts';
import type { View } from '../core/view.ts';
import { RenderedOverloadPage } from '../overload/rendered-overload-page.ts';
import { cgiResponse } from './cgi-response.ts';
import { daemonPlace } from './daemon-place.ts';
import { DecisionCounts } from './decision-counts.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { DEFAULT_LEASE_LIFE_MS, offerLease, revokeLease } from './lease.ts';
import { LiveSlots } from './live-slots.ts';
import { PageFile } from './page-file.ts';
import { socketAddresses } from './socket-address.ts';

/** So many moments to come back launchers spread visitors over. */
const PAGES = 8;

/**
 * Lets launchers do for a moment what has just been decided, without asking. `nowMs`: since boot. Throws what the system says.
 * The page is in the language of the visitor at hand. Launchers shed only those who look; in the forward lane they do not read what a request
 * is, so that the page there is the one for those who have sent something: one that loads itself again would lose what somebody has written.
 */
export async function leaseDecision(
  configuration: FrontendConfiguration,
  decision: Decision,
  view: View,
  nowMs: number,
): Promise<void> {
  const { application, paths } = configuration;
  const { lane, policy, reason } = decision;
  // The program is run by nobody else.
  if (lane === 'exec') return revokeLease(paths.lease);
  const counts = new DecisionCounts(paths.counts);
  const counted = counts.path({ application: application.name, lane, policy, reason });
  // Launchers count, but make no new series: the first of each is counted here.
  if (!existsSync(counted)) return;
  const method = lane === 'shed' ? 'GET' : 'POST';
  const retryAfterMs = decision.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
  const why = lane === 'shed' ? reason : 'silent';
  const circumstances = { reason: why, waiting: new LiveSlots(paths.slots).count().queued };
  const pages = overloadPages(paths.pages, method, view, retryAfterMs, circumstances);
  const time = { nowMs, lifeMs: DEFAULT_LEASE_LIFE_MS };
  if (lane === 'shed') {
    offerLease(paths.lease, { kind: 'shed', counted, pages }, time);
    return;
  }
  const place = daemonPlace(configuration, 0);
  const [address] = place === undefined ? [] : await socketAddresses(place.address);
  if (place === undefined || address === undefined) return;
  const silent = { application: application.name, lane: 'shed', policy: 'daemon', reason: 'silent' } as const;
  const lease = {
    kind: 'forward',
    address,
    connectTimeoutMs: place.connectTimeoutMs,
    timeoutMs: application.scgi?.timeoutMs ?? 0,
    use: place.locks.use,
    slots: paths.slots,
    counted,
    countedSilent: counts.path(silent),
    pages,
  } as const;
  offerLease(paths.lease, lease, time);
}

function overloadPages(
  file: string,
  method: string,
  view: View,
  retryAfterMs: number,
  circumstances: ShedCircumstances,
): Uint8Array[] {
  const kept = new PageFile(readFileSync(file));
  const visitor: View = {
    meta: (name) => (name === 'REQUEST_METHOD' ? method : view.meta(name)),
    entries: () => view.entries(),
  };
  return Array.from({ length: PAGES }, (_, index) => {
    const page = new RenderedOverloadPage(kept, () => index / PAGES);
    // An id that is nobody's: launchers make none.
    return cgiResponse(page.shed(visitor, '-', retryAfterMs, circumstances), false);
  });
}
