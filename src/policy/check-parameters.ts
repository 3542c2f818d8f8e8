import { formatDuration, parseDuration } from '../config/duration.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { Parameter, Parameters, TextProblem } from '../core/parameter.ts';
import { standardPolicyHelpers } from '../core/standard-policy-helpers.ts';

export type ParameterValue = number | boolean | string;

export interface ParameterProblem {
  readonly key: string;
  /** In words, with a suggestion where there is one: `one of start, shed (did you mean shed?)`. */
  readonly expected: string;
  readonly found: string;
  /** Where in a text of several lines: from 1, both. */
  readonly at?: { readonly line: number; readonly column: number };
}

export type CheckedParameters =
  | { readonly ok: true; readonly values: Readonly<Record<string, ParameterValue>> }
  | { readonly ok: false; readonly problems: readonly ParameterProblem[] };

/**
 * Checks what an operator wrote against a policy's declaration, all of it, and fills in the defaults. Durations are written
 * `250ms`, `5s`, `2m`, `1h` and come out as milliseconds.
 */
export function checkParameters(
  declared: Parameters,
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const problems: ParameterProblem[] = [];
  const values: Record<string, ParameterValue> = {};
  for (const [key, parameter] of Object.entries(declared)) values[key] = parameter.default;
  for (const [key, found] of Object.entries(given)) {
    if (!Object.hasOwn(declared, key)) {
      problems.push({ key, expected: knownKeys(key, Object.keys(declared)), found: 'an unknown parameter' });
      continue;
    }
    const parameter = declared[key];
    if (parameter?.kind === 'text' && typeof found === 'string') {
      const problem = parameter.check?.(found, standardPolicyHelpers);
      if (problem === undefined) values[key] = found;
      else problems.push(inText(key, problem));
      continue;
    }
    const value = parameter && read(parameter, found);
    if (value !== undefined) values[key] = value;
    else if (parameter) problems.push({ key, expected: describe(parameter, found), found: show(found) });
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems };
}

function read(parameter: Parameter, found: unknown): ParameterValue | undefined {
  switch (parameter.kind) {
    case 'boolean':
      return typeof found === 'boolean' ? found : undefined;
    case 'text':
      // What is a text has been checked by the policy itself.
      return undefined;
    case 'choice':
      return typeof found === 'string' && parameter.choices.includes(found) ? found : undefined;
    case 'duration': {
      const ms = typeof found === 'string' ? parseDuration(found) : undefined;
      return ms !== undefined && isWithin(ms, parameter) ? ms : undefined;
    }
    default: {
      if (typeof found !== 'number' || !Number.isFinite(found) || !isWithin(found, parameter))
        return undefined;
      return parameter.kind === 'number' || Number.isSafeInteger(found) ? found : undefined;
    }
  }
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

function isWithin(
  value: number,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: Bounds,
) {
  return value >= minimum && value <= maximum;
}

function describe(parameter: Parameter, found: unknown): string {
  switch (parameter.kind) {
    case 'boolean':
      return 'true or false';
    case 'text':
      return `a text: ${parameter.form}`;
    case 'choice':
      return `one of ${parameter.choices.join(', ')}${suggestion(found, parameter.choices)}`;
    case 'duration':
      return `a duration such as 250ms, 5s, 2m or 1h${range(parameter, formatDuration)}`;
    default: {
      const kind = parameter.kind === 'integer' ? 'a whole number' : 'a number';
      return `${kind} (${parameter.unit})${range(parameter, String)}`;
    }
  }
}

function inText(key: string, { line, column, expected, found }: TextProblem): ParameterProblem {
  return { key, expected, found, at: { line, column } };
}

function range({ minimum, maximum }: Bounds, format: (value: number) => string): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${format(minimum)} to ${format(maximum)}`;
  if (minimum !== undefined) return ` of at least ${format(minimum)}`;
  return maximum === undefined ? '' : ` of at most ${format(maximum)}`;
}

function knownKeys(key: string, keys: readonly string[]): string {
  if (keys.length === 0) return 'no parameters: this policy has none';
  return `one of ${keys.join(', ')}${suggestion(key, keys)}`;
}

function suggestion(written: unknown, names: readonly string[]): string {
  const nearest = typeof written === 'string' ? nearestName(written, names) : undefined;
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

function show(found: unknown): string {
  if (found === undefined || found === null) return 'nothing';
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'a map';
  return typeof found === 'string' ? `"${found}"` : String(found);
}
