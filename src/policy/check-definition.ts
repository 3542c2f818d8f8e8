import { nearestName } from '../config/nearest-name.ts';
import { Fault } from '../core/fault.ts';
import type { PolicyDefinition } from '../core/policy.ts';
import { standardPolicyHelpers } from '../core/standard-policy-helpers.ts';
import { knownSignals } from './known-signals.ts';

/** Labels under which the gateway itself decides: a policy of that name could not be told from it. */
const RESERVED = ['admission', 'daemon', 'default', 'failsafe'];
const KINDS = ['number', 'integer', 'duration', 'boolean', 'choice', 'text'];

type Unknowns = Readonly<Record<string, unknown>>;

/**
 * Checks that what a file exports really is a policy, so that a slip is found when the gateway starts and not by the
 * first request. Throws a `policy/...` Fault that says what was expected, what was found and where in the definition.
 */
export function checkDefinition(exported: unknown, file: string): PolicyDefinition {
  if (exported === undefined)
    throw new Fault(
      'policy/no-default-export',
      'expected `export default { name: ... }`, found no default export',
      { file },
    );
  if (!isMap(exported))
    fail('policy/not-a-policy', 'default', 'an object with name, when, parameters, create', exported);

  const { name, when, source, parameters, signals, reasons, create } = exported;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    fail('policy/bad-name', 'name', 'lower case words joined by hyphens, such as night-shift', name);
  if (RESERVED.includes(name))
    fail(
      'policy/reserved-name',
      'name',
      `any other name: the gateway itself decides as ${RESERVED.join(', ')}`,
      name,
    );
  for (const [key, text] of Object.entries({ when, source })) {
    if (typeof text !== 'string' || text.trim() === '' || text.includes('\n'))
      fail('policy/undocumented', key, 'one line of text for the operator', text);
  }

  if (!isMap(parameters))
    fail('policy/bad-parameters', 'parameters', 'a map of declarations, {} for none', parameters);
  for (const [key, declared] of Object.entries(parameters)) checkParameter(key, declared, fail);

  for (const signal of checkList(signals, 'signals')) {
    if (knownSignals.includes(signal)) continue;
    const nearest = nearestName(signal, knownSignals);
    const hint =
      nearest === undefined
        ? `one of ${knownSignals.join(', ')}`
        : `a known signal (did you mean ${nearest}?)`;
    fail('policy/unknown-signal', 'signals', hint, signal);
  }
  for (const reason of checkList(reasons, 'reasons')) {
    if (!/^[a-z][a-z0-9_]*$/.test(reason))
      fail(
        'policy/bad-reason',
        'reasons',
        'lower case words joined by underscores: they are metric labels',
        reason,
      );
  }
  if (typeof create !== 'function')
    fail('policy/no-create', 'create', 'a function that makes the policy', create);
  return exported as unknown as PolicyDefinition;

  function checkList(found: unknown, key: string): readonly string[] {
    const strings = Array.isArray(found) && found.every((one) => typeof one === 'string');
    if (!strings) fail('policy/bad-list', key, 'a list of strings, [] for none', found);
    return found as string[];
  }

  function fail(code: string, key: string, expected: string, found: unknown): never {
    throw new Fault(code, `expected ${expected}, found ${show(found)}`, { file, key });
  }
}

function checkParameter(
  key: string,
  declared: unknown,
  fail: (code: string, key: string, expected: string, found: unknown) => never,
): void {
  const code = 'policy/bad-parameters';
  const at = (part: string) => `parameters.${key}${part}`;
  if (key === 'dry_run') fail(code, at(''), 'another name: operators write dry_run for every policy', key);
  if (!/^[a-z][a-z0-9_]*$/.test(key)) fail(code, at(''), 'lower case words joined by underscores', key);
  if (!isMap(declared)) fail(code, at(''), 'a declaration with kind, default and meaning', declared);
  const { kind, default: value, meaning, unit, choices, minimum, maximum, form, check } = declared;
  if (typeof kind !== 'string' || !KINDS.includes(kind))
    fail(code, at('.kind'), `one of ${KINDS.join(', ')}`, kind);
  if (typeof meaning !== 'string' || meaning.trim() === '')
    fail(code, at('.meaning'), 'a text for the operator', meaning);
  if (kind === 'boolean') {
    if (typeof value !== 'boolean') fail(code, at('.default'), 'true or false', value);
  } else if (kind === 'choice') {
    if (!Array.isArray(choices) || choices.length === 0 || !choices.every((one) => typeof one === 'string'))
      fail(code, at('.choices'), 'a list of strings', choices);
    if (typeof value !== 'string' || !choices.includes(value))
      fail(code, at('.default'), `one of ${choices.join(', ')}`, value);
  } else if (kind === 'text') {
    if (typeof form !== 'string' || form === '')
      fail(code, at('.form'), 'what is written there, in words', form);
    if (typeof value !== 'string') fail(code, at('.default'), 'a text', value);
    if (check !== undefined && typeof check !== 'function') fail(code, at('.check'), 'a function', check);
    if (check !== undefined && check(value, standardPolicyHelpers) !== undefined)
      fail(code, at('.default'), 'a text that the check lets pass', value);
  } else {
    const needsUnit = kind !== 'duration';
    if (needsUnit && (typeof unit !== 'string' || unit === ''))
      fail(code, at('.unit'), 'a unit in words', unit);
    const [least, most] = [minimum ?? Number.NEGATIVE_INFINITY, maximum ?? Number.POSITIVE_INFINITY];
    if (typeof least !== 'number' || Number.isNaN(least)) fail(code, at('.minimum'), 'a number', minimum);
    if (typeof most !== 'number' || Number.isNaN(most)) fail(code, at('.maximum'), 'a number', maximum);
    const whole = kind === 'number' || Number.isSafeInteger(value);
    if (typeof value !== 'number' || !whole || !(value >= least && value <= most))
      fail(code, at('.default'), `a ${kind} from ${least} to ${most}`, value);
  }
}

function isMap(value: unknown): value is Unknowns {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (typeof found === 'function') return 'a function';
  if (typeof found === 'string') return `"${found}"`;
  return Array.isArray(found) ? 'a list' : isMap(found) ? 'a map' : String(found);
}
