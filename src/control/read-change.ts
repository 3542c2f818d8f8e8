import { parseDuration } from '../config/duration.ts';
import type { ControlRefusal, ParameterChange } from './control-target.ts';

const SHORTEST_MS = 1_000;
/** What is to last longer belongs in the configuration. */
const LONGEST_MS = 24 * 3_600_000;
const USUAL = '10m';

/** Reads `parameter=threshold.shed&value=6&for=10m`, or says what is wrong with it. */
export function readChange(
  application: string | undefined,
  query: URLSearchParams,
): ParameterChange | ControlRefusal {
  const [, policy, parameter] = /^([^.]+)\.([^.]+)$/.exec(query.get('parameter') ?? '') ?? [];
  const text = query.get('value');
  const written = query.get('for') ?? USUAL;
  const forMs = parseDuration(written);
  if (application === undefined) return refusal('expected ?application=NAME');
  if (policy === undefined || parameter === undefined || text === null)
    return refusal('expected a parameter and a value, such as parameter=threshold.shed&value=6');
  if (forMs === undefined || forMs < SHORTEST_MS || forMs > LONGEST_MS)
    return refusal(`expected a time from 1s to 24h, such as for=10m, found ${written}`);
  return { application, policy, parameter, text, forMs };
}

function refusal(message: string): ControlRefusal {
  return { kind: 'control-refusal', message };
}
