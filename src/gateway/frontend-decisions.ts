import { dirname, join } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { DecisionCounts } from '../frontend/decision-counts.ts';
import { decisionsText } from '../frontend/decisions-text.ts';
import { stateFolder } from '../frontend/state-folder.ts';

/**
 * What the one-shot frontends of these applications have decided, in Prometheus's text format, under the name and labels of the gateway's own
 * decisions. Of frontends whose state lies where `spillway frontend` puts it; none where nobody has made any.
 */
export function frontendDecisions({ file, applications }: Configuration): string {
  const totals = applications.flatMap(({ name }) =>
    new DecisionCounts(join(stateFolder(dirname(file), name), 'counts')).totals(),
  );
  return decisionsText(totals);
}
