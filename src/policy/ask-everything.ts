import type { Load } from '../core/load.ts';
import type { Snapshot } from '../core/policy.ts';
import type { View } from '../core/view.ts';
import { emptyLoad } from '../load/empty-load.ts';
import type { PolicyChain } from './policy-chain.ts';
import type { PolicyQuestion } from './policy-question.ts';

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
  ...emptyLoad(),
  processors: 2,
  loadAverage,
  running,
  lanes: ['exec', 'forward'],
  daemon: 'down',
  inflight: { exec: inflight, forward: 0 },
  queued,
  oldestWaitMs: waitMs,
}));

export interface AskingOptions {
  /** Told of each question before it is asked. */
  readonly begin?: (question: PolicyQuestion) => void;
  /** Whether reasons are asked for as well. */
  readonly explained?: boolean;
}

/** Asks every question, with what a gateway may hand in at any time. Returns what was learned. */
export function askEverything(
  chain: PolicyChain,
  { begin = () => {}, explained = false }: AskingOptions = {},
): Readonly<Record<string, Snapshot>> {
  for (const load of loads) {
    begin('arrive');
    chain.arrive(view, load);
    begin('dispatch');
    chain.dispatch(view, load);
    if (explained) {
      begin('explain');
      chain.dispatch(view, load, []);
    }
    begin('outcome');
    chain.outcome(
      { lane: 'exec', result: 'served', waitMs: 0, firstByteMs: 5, busyMs: 10, totalMs: 10, inflight: 1 },
      view,
    );
    begin('limit');
    for (const lane of load.lanes) chain.limit(lane);
    begin('queue');
    chain.queueDiscipline();
  }
  begin('snapshot');
  return chain.snapshot();
}
