import { CAUSES, type Cause } from './page-texts.ts';

/** What the gateway's own parts say; a policy that sheds says that there is more load than can be served, but for those here. */
const CAUSE_OF: Readonly<Record<string, Cause>> = {
  queue_full: 'full',
  queue_congested: 'full',
  queue_timeout: 'late',
  draining: 'closed',
  over_fair_share: 'excess',
  unreachable: 'starting',
  silent: 'starting',
  start_failed: 'starting',
  start_timeout: 'starting',
  start_storm: 'starting',
  lock_timeout: 'starting',
  lock_failed: 'starting',
  stopping: 'closed',
};

/** A reason, the metric label, in the words of visitors. A policy may call its reasons by these words, too. */
export function causeOf(reason: string): Cause {
  return CAUSE_OF[reason] ?? CAUSES.find((cause) => cause === reason) ?? 'busy';
}
