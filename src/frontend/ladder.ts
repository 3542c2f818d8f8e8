import { ApplicationLoad } from '../admission/application-load.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import type { Decision } from '../core/decision.ts';
import { DEFAULT_RETRY_AFTER_MS } from '../core/default-retry-after-ms.ts';
import type { RunLane } from '../core/lane.ts';
import type { View } from '../core/view.ts';
import { createPolicyChain } from '../policy/create-policy-chain.ts';
import { BootClock } from './boot-clock.ts';
import { daemonState } from './daemon-state.ts';
import { DecisionCounts } from './decision-counts.ts';
import { execProgram } from './exec-program.ts';
import { failRequest } from './fail-request.ts';
import type { FrontendConfiguration } from './frontend-configuration.ts';
import { frontendPolicies } from './frontend-policies.ts';
import { FrontendSignals } from './frontend-signals.ts';
import { ShareReckoner } from './kept-shares.ts';
import { LiveSlots } from './live-slots.ts';
import { markNotNeeded } from './mark-not-needed.ts';
import { measureMachine } from './measure-machine.ts';
import { publishDecisions } from './publish-decisions.ts';
import { SnapshotFile } from './snapshot-file.ts';
import { takeTurn } from './take-turn.ts';
import { WatchedView } from './watched-view.ts';
import { writeWhole } from './write-whole.ts';

/** The code of exit where an answer is not whole: EX_IOERR of sysexits.h. */
const CUT = 74;

/**
 * One request from its arrival to its lane:
 *
 *     arrive ──► wait for a place ──► dispatch ──► exec      this process becomes the program
 *       │              │                  │   └──► forward   to the daemon, started where it is down
 *       └──────────────┴──────────────────┴──────► shed      the overload page
 */
export async function climbLadder(
  configuration: FrontendConfiguration,
  script: string,
  view: View,
): Promise<void> {
  const { application, paths } = configuration;
  const clock = new BootClock();
  const slots = new LiveSlots(paths.slots);
  slots.enter('waiting');
  const file = new SnapshotFile(paths.snapshot);
  const saved = file.read();
  const configured = await frontendPolicies(configuration.policies);
  const signals = new Set<string>(configured.flatMap(({ definition }) => definition.signals));
  const reckoner = new ShareReckoner(saved.shares);
  const lanes = (['exec', 'forward'] as const).filter(
    (lane) => (lane === 'exec' ? application.cgi : application.scgi) !== undefined,
  );
  const daemon = signals.has('daemon') ? await daemonState(application.scgi) : 'none';
  const own = new FrontendSignals(lanes, slots, daemon);
  const load = new ApplicationLoad(measureMachine({ signals, nowMs: clock.now(), reckoner }), own);
  const chain = createPolicyChain(configured, {
    clock,
    random: Math.random,
    saved: saved.policies,
    onFault: (policy, question, error) =>
      complain(`the policy ${policy} failed at ${question}: ${String(error)}`),
  });

  const watched = new WatchedView(view);
  const arrival = chain.arrive(watched, load);
  const decision =
    'decision' in arrival
      ? arrival.decision
      : await takeTurn({
          queue: application.queue,
          dispatch: () => {
            own.forget();
            return chain.dispatch(watched, load);
          },
          limit: (lane) => chain.limit(lane),
          discipline: () => chain.queueDiscipline(),
          slots,
          clock,
          random: Math.random,
        });
  // Before the request is answered, which may take long.
  file.write({ policies: chain.snapshot(), shares: { ...saved.shares, ...reckoner.kept } });
  if (configuration.launcher && !watched.looked && mayBeLeased(decision, own, (lane) => chain.limit(lane)))
    await lease(configuration, decision, view, clock.now());
  await act(decision, { configuration, script, view, slots, daemon });
}

/**
 * Whether others may do the same for a moment without asking (or, of exec, must do nothing else). Not what a queue decided: it may
 * have room the next moment. And not where a limit is near, since launchers ask for no place.
 */
function mayBeLeased(
  { lane, policy }: Decision,
  signals: FrontendSignals,
  limit: (lane: RunLane) => number,
): boolean {
  if (lane !== 'forward') return policy !== 'admission';
  return signals.daemon() !== 'down' && signals.inflight().forward < limit('forward') / 2;
}

async function lease(
  configuration: FrontendConfiguration,
  decision: Decision,
  view: View,
  nowMs: number,
): Promise<void> {
  try {
    await (await import('./lease-decision.ts')).leaseDecision(configuration, decision, view, nowMs);
  } catch (error) {
    // Without one every request is decided anew.
    complain(`launchers get no lease: ${String(error)}`);
  }
}

interface Acting {
  readonly configuration: FrontendConfiguration;
  /** Path of the frontend's script. */
  readonly script: string;
  readonly view: View;
  readonly slots: LiveSlots;
  readonly daemon: DaemonState;
}

async function act(decision: Decision, acting: Acting): Promise<void> {
  const { configuration, view, script } = acting;
  const { lane, warm } = decision;
  if (lane === 'shed') return shed(decision, acting);
  if (lane === 'forward') {
    const { forwardRequest } = await import('./forward-request.ts');
    let told = false;
    const begun = () => {
      told = true;
      tally(acting, decision);
    };
    const forwarded = await forwardRequest(configuration, script, view, begun);
    if (typeof forwarded === 'object') return shed(forwarded, acting);
    if (forwarded === 'cut') process.exitCode = CUT;
    if (!told) tally(acting, decision);
    return publish(acting);
  }
  tally(acting, decision);
  await publish(acting);
  if (warm === true) (await import('./warm-daemon.ts')).warmDaemon(configuration, script);
  else if (acting.daemon === 'up') await markNotNeeded(configuration);
  const failed = await execProgram(configuration, view);
  failRequest(typeof failed === 'string' ? 431 : 502, failed, view);
}

async function shed(decision: Decision, acting: Acting): Promise<void> {
  acting.slots.leave();
  tally(acting, decision);
  const { shedRequest } = await import('./shed-request.ts');
  shedRequest({
    pages: acting.configuration.paths.pages,
    view: acting.view,
    retryAfterMs: decision.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS,
    random: Math.random,
    reason: decision.reason,
    slots: acting.slots,
  });
  await publish(acting);
}

/** Now and then, for the textfile collector: after the answer where there is an after. */
async function publish({ configuration: { application, paths } }: Acting): Promise<void> {
  const failed = await publishDecisions({
    counts: paths.counts,
    application: application.name,
    textfile: paths.textfile,
    nowMs: Date.now(),
  });
  if (failed !== undefined) complain(`the decisions could not be published: ${failed.message}`);
}

/** Counts a decision when it has come true. */
function tally({ configuration: { application, paths } }: Acting, { lane, policy, reason }: Decision): void {
  const failed = new DecisionCounts(paths.counts).count({
    application: application.name,
    lane,
    policy,
    reason,
  });
  if (failed !== undefined) complain(`a decision could not be counted: ${failed.message}`);
}

/** For the operator, in the web server's error log. */
function complain(text: string): void {
  writeWhole(2, Buffer.from(`spillway: ${text}\n`));
}
