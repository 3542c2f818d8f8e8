import { parseDuration } from '../config/duration.ts';
import type { ControlRefusal, ParameterChange, ParameterUndo } from './control-target.ts';

const SHORTEST_MS = 1_000;
/** What is to last longer belongs in the configuration. */
const LONGEST_MS = 24 * 3_600_000;
const USUAL = '10m';

/** Reads `parameter=threshold.shed&value=6&for=10m`, or says what is wrong with it. */
export function readChange(
  application: string | undefined,
  query: URLSearchParams,
): ParameterChange | ControlRefusal {
  const { policy, parameter } = readParameter(query.get('parameter') ?? '') ?? {};
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

/** Reads `parameter=threshold.shed`, or nothing for all that are set of the application. */
export function readUndo(
  application: string | undefined,
  query: URLSearchParams,
): ParameterUndo | ControlRefusal {
  if (application === undefined) return refusal('expected ?application=NAME');
  const written = query.get('parameter');
  if (written === null) return { application };
  const parameter = readParameter(written);
  if (parameter === undefined)
    return refusal(`expected POLICY.PARAMETER, such as threshold.shed, found ${written}`);
  return { application, ...parameter };
}

function readParameter(text: string): { readonly policy: string; readonly parameter: string } | undefined {
  const [, policy, parameter] = /^([^.]+)\.([^.]+)$/.exec(text) ?? [];
  return policy === undefined || parameter === undefined ? undefined : { policy, parameter };
}

function refusal(message: string): ControlRefusal {
  return { kind: 'control-refusal', message };
}
