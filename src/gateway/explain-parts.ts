import type { GateParts } from '../admission/gate.ts';
import type { ExplainConfiguration } from '../config/configuration.ts';
import { formatDuration } from '../config/duration.ts';
import type { ControlTarget } from '../control/control-target.ts';
import type { Clock } from '../core/clock.ts';
import { decisionField } from '../explain/decision-field.ts';
import { DecisionRing } from '../explain/decision-ring.ts';
import { TrustedProxies } from '../listener/trusted-proxies.ts';

export interface ExplainParts extends Pick<ControlTarget, 'explain'>, Pick<GateParts, 'decisionField'> {
  /** Nothing where none is kept: then no request is traced for it. */
  readonly ring: DecisionRing | undefined;
}

/** Who remembers why requests were decided as they were, and who is told in the answer. */
export function explainParts(
  configuration: ExplainConfiguration | undefined,
  clock: Pick<Clock, 'now'>,
): ExplainParts {
  const { keep = 0, retentionMs = 0, to = [] } = configuration ?? {};
  const ring = keep === 0 ? undefined : new DecisionRing({ keep, retentionMs, clock });
  const trusted = to.length === 0 ? undefined : new TrustedProxies(to);
  return {
    ring,
    decisionField:
      trusted &&
      ((view, decided) => (trusted.has(view.meta('REMOTE_ADDR') ?? '') ? decisionField(decided) : undefined)),
    explain: (id) =>
      ring?.find(id) ?? {
        kind: 'control-refusal',
        message:
          ring === undefined
            ? 'the gateway keeps no decisions: set `explain: {}` and start it again'
            : `not among the last ${keep} decisions of the last ${formatDuration(retentionMs)} (\`explain.keep\`, \`explain.retention\`)`,
      },
  };
}
