import type { PolicyDefinition } from '../../core/policy.ts';
import type { View } from '../../core/view.ts';
import { idleLoad } from './idle-load.ts';
import { Trial } from './trial.ts';

const ROUND = 500;
const FEWEST_ROUNDS = 100;
/** On a machine that is busy with something else. */
const LONGEST_MS = 2000;

/** What a browser sends: a policy reads it as it is. */
const BROWSER: Readonly<Record<string, string>> = {
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: '/wiki',
  PATH_INFO: '/front/page',
  REMOTE_ADDR: '192.0.2.17',
  HTTP_USER_AGENT: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  HTTP_COOKIE: 'theme=dark; lang=en',
};

/**
 * Nanoseconds for one decision, so `arrive` and `dispatch`: the fastest of several rounds, since whatever else runs on the machine can
 * only make a round slower. Once a round was under `goodNs` it goes on no longer than it must.
 */
export function decisionCostNs(definition: PolicyDefinition, goodNs: number): number {
  const trial = new Trial(definition);
  const { policy } = trial;
  const views: View[] = [0, 1, 2].map(() => ({
    meta: (name) => BROWSER[name],
    entries: () => Object.entries(BROWSER),
  }));
  const loads = [
    idleLoad(),
    idleLoad({ queued: 4, oldestWaitMs: 80, inflight: { exec: 4, forward: 0 }, running: 6, loadAverage: 3 }),
  ];
  let fastest = Number.POSITIVE_INFINITY;
  const deadlineMs = performance.now() + LONGEST_MS;
  for (let round = 0; performance.now() < deadlineMs; round++) {
    const begunMs = performance.now();
    for (let decision = 0; decision < ROUND; decision++) {
      trial.advance(0.1);
      const view = views[decision % views.length];
      const load = loads[decision % loads.length];
      if (view === undefined || load === undefined) continue;
      policy.arrive?.(view, load);
      policy.dispatch?.(view, load);
    }
    fastest = Math.min(fastest, ((performance.now() - begunMs) * 1e6) / ROUND);
    if (round >= FEWEST_ROUNDS && fastest < goodNs) break;
  }
  return fastest;
}
