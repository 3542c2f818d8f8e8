import type { AdminApplication, AdminSource } from '../admin/admin-source.ts';
import type { Configuration } from '../config/configuration.ts';
import type { RunLane } from '../core/lane.ts';
import type { Parameters } from '../core/parameter.ts';
import type { LastDecisions } from '../explain/last-decisions.ts';
import type { RecentChanges } from '../log/recent-changes.ts';
import type { ApplicationState, GatewayState } from '../metrics/gateway-state.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { version } from '../version.ts';
import { frontendDecisions } from './frontend-decisions.ts';
import type { LastReload } from './reload-result.ts';

/** `draining`: it serves what comes, and asks front servers to send it elsewhere. */
export type GatewayPhase = 'starting' | 'ready' | 'draining' | 'stopping';

export interface AdminSourceParts {
  readonly state: GatewayState;
  readonly configuration: () => Configuration;
  readonly metrics: Metrics;
  /** What went wrong last with the daemon of each application. */
  readonly daemonFailures: ReadonlyMap<string, string>;
  readonly listeners: () => readonly string[];
  readonly phase: () => GatewayPhase;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly lastReload: () => LastReload | undefined;
  readonly changes: Pick<RecentChanges, 'all'>;
  /** Nothing where none are kept. */
  readonly lastDecisions: Pick<LastDecisions, 'latest'> | undefined;
}

const SHOWN_DECISIONS = 20;

/** What the admin server shows, out of the parts that know. */
export function adminSource(parts: AdminSourceParts): AdminSource {
  const { state, metrics, phase } = parts;
  return {
    version,
    startedMs: parts.startedMs,
    readiness: () => (phase() === 'ready' ? { ready: true } : { ready: false, reason: phase() }),
    listeners: parts.listeners,
    *applications() {
      const decisions = metrics.decisionCounts();
      for (const application of state.applications()) yield adminApplication(application, decisions, parts);
    },
    load: () => state.load(),
    recentChanges: () => parts.changes.all,
    lastDecisions: () => parts.lastDecisions?.latest(SHOWN_DECISIONS),
    lastReload: parts.lastReload,
    exposition: (accept) => metrics.exposition(accept),
    frontendDecisions: () => frontendDecisions(parts.configuration()),
  };
}

function adminApplication(
  application: ApplicationState,
  decisions: ReturnType<Metrics['decisionCounts']>,
  { configuration, daemonFailures }: AdminSourceParts,
): AdminApplication {
  const { name, limits } = application;
  const configured = configuration().applications.find((one) => one.name === name);
  return {
    ...application,
    at: configured?.at ?? '',
    lanes: Object.keys(limits) as RunLane[],
    policies: (configured?.policies ?? []).map(({ name: policy, parameters, definition }) => ({
      name: policy,
      parameters,
      units: unitsOf(definition.parameters),
    })),
    queueLimit: configured?.queue,
    lastDaemonFailure: daemonFailures.get(name),
    decisions: decisions.filter((decision) => decision.application === name),
  };
}

function unitsOf(parameters: Parameters): Record<string, string> {
  const units: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter.kind === 'duration') units[name] = 'ms';
    else if ('unit' in parameter) units[name] = parameter.unit;
  }
  return units;
}
