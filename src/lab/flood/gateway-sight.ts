import type { Lane } from '../../core/lane.ts';
import { parseMetrics } from './parse-metrics.ts';

/** What the gateway's metrics say at one moment, over all its applications. */
export interface GatewaySight {
  readonly decisions: Readonly<Record<Lane, number>>;
  /** Tasks that run or want to run, per processor, as `start` and `shed` of the policy `threshold` are; nothing where not measured. */
  readonly load: number | undefined;
  /** `up`, or `up, down` with several applications; empty where none has a daemon. */
  readonly daemon: string;
}

export function sightOf(metricsText: string): GatewaySight {
  const samples = parseMetrics(metricsText);
  const decisions = { exec: 0, forward: 0, shed: 0 };
  const daemons: string[] = [];
  for (const { name, labels, value } of samples) {
    const { lane, state } = labels;
    if (name === 'spillway_decisions_total' && (lane === 'exec' || lane === 'forward' || lane === 'shed')) {
      decisions[lane] += value;
    } else if (name === 'spillway_daemon_state' && value === 1 && state !== undefined && state !== 'none') {
      daemons.push(state);
    }
  }
  const gauge = (wanted: string) => samples.find(({ name }) => name === wanted)?.value;
  const running = gauge('spillway_load_running_tasks') ?? gauge('spillway_load_average');
  const processors = gauge('spillway_load_processors') ?? 1;
  return {
    decisions,
    load: running === undefined ? undefined : running / processors,
    daemon: daemons.join(', '),
  };
}

/** Asks the admin address for its metrics. Nothing where it does not answer within `timeoutMs`. */
export async function lookAtGateway(admin: string, timeoutMs: number): Promise<GatewaySight | undefined> {
  try {
    const answer = await fetch(new URL('/metrics', admin), { signal: AbortSignal.timeout(timeoutMs) });
    return answer.ok ? sightOf(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
}
