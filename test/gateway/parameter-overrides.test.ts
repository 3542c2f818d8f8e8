import { beforeEach, describe, expect, test } from 'vitest';
import type { ApplicationConfiguration, Configuration } from '../../src/config/configuration.ts';
import type { ControlRefusal, ParameterOverride } from '../../src/control/control-target.ts';
import { Fault } from '../../src/core/fault.ts';
import { ParameterOverrides } from '../../src/gateway/parameter-overrides.ts';
import { makeLogger } from '../../src/log/logger.ts';
import { builtInPolicies } from '../../src/policy/built-in-policies.ts';
import { MemoryOutput } from '../log/memory-output.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** What the file says, as far as overrides look at it. */
function configurationOf(shed: number, ...names: string[]): Configuration {
  const applications = (names.length === 0 ? ['wiki'] : names).map((name) => {
    const policies = ['threshold', 'fixed'].map((policy) => {
      const definition = builtInPolicies.get(policy);
      if (definition === undefined) throw new Error(`no policy ${policy}`);
      const defaults = Object.entries(definition.parameters).map(([key, { default: value }]) => [key, value]);
      const parameters = { ...Object.fromEntries(defaults), ...(policy === 'threshold' && { shed }) };
      return { name: policy, definition, parameters };
    });
    return { name, policies } as unknown as ApplicationConfiguration;
  });
  return { applications } as unknown as Configuration;
}

let clock: VirtualClock;
let output: MemoryOutput;
let written: Configuration;
let inForce: Configuration;
/** Why the next swaps fail. */
let fault: Fault | undefined;
let overrides: ParameterOverrides;

beforeEach(() => {
  clock = new VirtualClock();
  output = new MemoryOutput();
  written = configurationOf(4);
  inForce = written;
  fault = undefined;
  overrides = new ParameterOverrides({
    clock,
    logger: makeLogger({ level: 'info' }, { output }),
    configuration: () => inForce,
    apply: () => {
      if (fault === undefined) inForce = overrides.applied(written);
      return fault;
    },
    wallClock: () => Date.UTC(2030, 0, 1) + clock.now(),
  });
});

const set = (parameter: string, text: string, forMs = 60_000, policy = 'threshold', application = 'wiki') =>
  overrides.set({ application, policy, parameter, text, forMs });
const parameters = (at = 0) => inForce.applications[0]?.policies[at]?.parameters ?? {};
const events = () => output.records.map(({ event }) => event);

describe('a parameter that is set for a while', () => {
  test('is in force at once, and no longer when its time is over', () => {
    expect(set('shed', '6')).toEqual({
      application: 'wiki',
      policy: 'threshold',
      parameter: 'shed',
      value: 6,
      was: '4',
      secondsLeft: 60,
      until: '2030-01-01T00:01:00.000Z',
    });
    expect(parameters().shed).toBe(6);
    clock.advance(59_999);
    expect(overrides.list()).toMatchObject([{ parameter: 'shed', value: 6, secondsLeft: 0.001 }]);
    clock.advance(1);
    expect(parameters().shed).toBe(4);
    expect(overrides.list()).toEqual([]);
    expect(events()).toEqual(['parameter-set', 'parameter-restored']);
  });

  test.each([
    ['threshold', 'half_life', '2s', 2000],
    ['threshold', 'daemon_up', 'always', 'always'],
    ['threshold', 'start', '.5', 0.5],
    ['fixed', 'exec', '3', 3],
  ])('is read as in a configuration: %s.%s=%s', (policy, key, text, value) => {
    set(key, text, 1000, policy);
    expect(parameters(policy === 'fixed' ? 1 : 0)[key]).toBe(value);
  });

  test('once more, it has the time that was said last', () => {
    set('shed', '6', 10_000);
    set('shed', '7', 60_000);
    clock.advance(10_000);
    expect(parameters().shed).toBe(7);
    clock.advance(50_000);
    expect(parameters().shed).toBe(4);
    expect(clock.pending).toBe(0);
  });

  test('of a policy that is composed of others may be named by the part that it belongs to', () => {
    const definition = builtInPolicies.get('auto');
    const policy = { name: 'auto', definition, parameters: { shed: 4 } };
    written = { applications: [{ name: 'wiki', policies: [policy] }] } as unknown as Configuration;
    inForce = written;
    expect(set('shed', '6')).toMatchObject({ policy: 'auto', parameter: 'shed', value: 6 });
    expect(parameters().shed).toBe(6);
  });

  test('leaves the others alone: parameters, policies, applications', () => {
    written = configurationOf(4, 'wiki', 'blog');
    inForce = written;
    set('shed', '6');
    expect({ ...parameters(), shed: 4 }).toEqual(written.applications[0]?.policies[0]?.parameters);
    expect(inForce.applications[0]?.policies[1]).toBe(written.applications[0]?.policies[1]);
    expect(inForce.applications[1]).toBe(written.applications[1]);
  });

  test('lies over what a reload brings, and gives way to it', () => {
    set('shed', '6');
    written = configurationOf(9);
    expect(overrides.applied(written).applications[0]?.policies[0]?.parameters.shed).toBe(6);
    clock.advance(60_000);
    expect(parameters().shed).toBe(9);
  });

  test('says nothing where a reload took the application away', () => {
    set('shed', '6');
    written = configurationOf(4, 'blog');
    expect(overrides.applied(written).applications).toEqual(written.applications);
  });
});

describe('what cannot be is refused and changes nothing', () => {
  const message = (result: ParameterOverride | ControlRefusal): string =>
    'kind' in result ? result.message : '';

  test.each([
    ['blgo', 'threshold', 'shed', '6', 'expected an application (wiki), found blgo'],
    ['wiki', 'treshold', 'shed', '6', 'did you mean threshold?'],
    ['wiki', 'threshold', 'sheds', '6', 'did you mean shed?'],
    [
      'wiki',
      'threshold',
      'shed',
      'six',
      'threshold.shed: expected a number (load per processor) from 0.1 to 1000, found "six"',
    ],
    ['wiki', 'threshold', 'shed', '-1', 'from 0.1 to 1000, found -1'],
    ['wiki', 'threshold', 'half_life', '500', 'expected a duration'],
    ['wiki', 'threshold', 'daemon_up', 'never', 'expected one of until_shed, always'],
    ['wiki', 'fixed', 'exec', '1.5', 'expected a whole number'],
  ])('%s %s.%s=%s', (application, policy, parameter, text, problem) => {
    expect(message(set(parameter, text, 1000, policy, application))).toContain(problem);
    expect(inForce).toBe(written);
    expect(clock.pending).toBe(0);
    expect(events()).toEqual([]);
  });

  test('so is what the gateway cannot put into force', () => {
    set('shed', '6');
    fault = new Fault('test/broken', 'a page that is gone');
    expect(message(set('shed', '7'))).toContain('a page that is gone');
    expect(overrides.list()).toMatchObject([{ value: 6 }]);
    fault = undefined;
    clock.advance(60_000);
    expect(parameters().shed).toBe(4);
  });
});

test('an undoing that fails is tried again until it does not', () => {
  set('shed', '6', 1000);
  fault = new Fault('test/broken', 'a page that is gone');
  clock.advance(1000);
  expect(parameters().shed).toBe(6);
  fault = undefined;
  clock.advance(5000);
  expect(parameters().shed).toBe(4);
  expect(events()).toEqual(['parameter-set', 'parameter-not-restored', 'parameter-restored']);
});

test('a gateway that stops leaves no timer', () => {
  set('shed', '6');
  overrides.close();
  expect(clock.pending).toBe(0);
});
