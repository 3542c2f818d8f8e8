import { Fault } from '../core/fault.ts';
import type { Load } from '../core/load.ts';
import type { View } from '../core/view.ts';
import { type ConfiguredPolicy, createPolicyChain } from './create-policy-chain.ts';
import { placeOfError } from './place-of-error.ts';

/** A request that any policy has to be able to judge. */
const view: View = {
  meta: (name) =>
    ({ REQUEST_METHOD: 'GET', SCRIPT_NAME: '', PATH_INFO: '/', REMOTE_ADDR: '192.0.2.1' })[name],
  entries: () => [],
};

/** A quiet machine of which little can be measured, and one that drowns. */
const loads: readonly Load[] = [
  { running: undefined, loadAverage: undefined, queued: 0, waitMs: 0, inflight: 0 },
  { running: 50, loadAverage: 50, queued: 100, waitMs: 1000, inflight: 8 },
].map(({ running, loadAverage, queued, waitMs, inflight }) => ({
  processors: 2,
  machineProcessors: undefined,
  loadAverage,
  running,
  cpuPressure: undefined,
  memoryPressure: undefined,
  ioPressure: undefined,
  cpuBusy: undefined,
  memoryAvailable: undefined,
  eventLoopDelayMs: undefined,
  lanes: ['exec', 'forward'],
  daemon: 'down',
  inflight: { exec: inflight, forward: 0 },
  queued,
  oldestWaitMs: waitMs,
}));

/**
 * Has an operator's own policy answer every question before it comes into force, so that what it stumbles over at once is found while the
 * one before it still stands. A Fault with the place in `file`, or nothing.
 */
export function tryPolicy(configured: ConfiguredPolicy, file: string): Fault | undefined {
  let fault: Fault | undefined;
  const chain = createPolicyChain([configured], {
    clock: { now: () => 0 },
    random: () => 0.5,
    onFault: (_policy, question, error) => {
      const message = error instanceof Error ? error.message : String(error);
      fault ??= new Fault(
        'policy/faulty',
        `expected an answer to \`${question}\`, found: ${message}`,
        { ...placeOfError(error, file) },
        error,
      );
    },
  });
  for (const load of loads) {
    chain.arrive(view, load);
    chain.dispatch(view, load);
    chain.outcome(
      { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 5, busyMs: 10, totalMs: 10, inflight: 1 },
      view,
    );
    for (const lane of load.lanes) chain.limit(lane);
    chain.queueDiscipline();
  }
  chain.snapshot();
  return fault;
}
