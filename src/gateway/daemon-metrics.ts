import type { DaemonObserver } from '../daemon/daemon-observer.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** Counts what happens to the daemon of one application. Its state is not counted but asked for, at every scrape. */
export function daemonMetrics(
  application: string,
  metrics: Metrics,
  failures: Map<string, string>,
): DaemonObserver {
  return {
    stateChanged: () => {},
    started: () => {},
    ready: (durationMs) => metrics.daemonStarted(application, 'up', durationMs),
    failed: (failure) => {
      failures.set(application, failure);
      if (failure === 'died' || failure === 'unresponsive') metrics.daemonFailed(application, failure);
      else metrics.daemonStarted(application, failure, 0);
    },
  };
}
