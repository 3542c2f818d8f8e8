import { beforeEach, describe, expect, test } from 'vitest';
import type { ApplicationConfiguration, Configuration } from '../../src/config/configuration.ts';
import type { ControlRefusal } from '../../src/control/control-target.ts';
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
  test('is in force at once, and no longer when its time is over', async () => {
    expect(await set('shed', '6')).toEqual({
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
  ])('is read as in a configuration: %s.%s=%s', async (policy, key, text, value) => {
    await set(key, text, 1000, policy);
    expect(parameters(policy === 'fixed' ? 1 : 0)[key]).toBe(value);
  });

  test('once more, it has the time that was said last', async () => {
    await set('shed', '6', 10_000);
    await set('shed', '7', 60_000);
    clock.advance(10_000);
    expect(parameters().shed).toBe(7);
    clock.advance(50_000);
    expect(parameters().shed).toBe(4);
    expect(clock.pending).toBe(0);
  });

  test('of a policy that is composed of others may be named by the part that it belongs to', async () => {
    const definition = builtInPolicies.get('auto');
    const policy = { name: 'auto', definition, parameters: { shed: 4 } };
    written = { applications: [{ name: 'wiki', policies: [policy] }] } as unknown as Configuration;
    inForce = written;
    expect(await set('shed', '6')).toMatchObject({ policy: 'auto', parameter: 'shed', value: 6 });
    expect(parameters().shed).toBe(6);
  });

  test('leaves the others alone: parameters, policies, applications', async () => {
    written = configurationOf(4, 'wiki', 'blog');
    inForce = written;
    await set('shed', '6');
    expect({ ...parameters(), shed: 4 }).toEqual(written.applications[0]?.policies[0]?.parameters);
    expect(inForce.applications[0]?.policies[1]).toBe(written.applications[0]?.policies[1]);
    expect(inForce.applications[1]).toBe(written.applications[1]);
  });

  test('lies over what a reload brings, and gives way to it', async () => {
    await set('shed', '6');
    written = configurationOf(9);
    expect(overrides.applied(written).applications[0]?.policies[0]?.parameters.shed).toBe(6);
    clock.advance(60_000);
    expect(parameters().shed).toBe(9);
  });

  test('says nothing where a reload took the application away', async () => {
    await set('shed', '6');
    written = configurationOf(4, 'blog');
    expect(overrides.applied(written).applications).toEqual(written.applications);
  });
});

describe('what cannot be is refused and changes nothing', () => {
  const message = (result: object): string => ('kind' in result ? (result as ControlRefusal).message : '');

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
  ])('%s %s.%s=%s', async (application, policy, parameter, text, problem) => {
    expect(message(await set(parameter, text, 1000, policy, application))).toContain(problem);
    expect(inForce).toBe(written);
    expect(clock.pending).toBe(0);
    expect(events()).toEqual([]);
  });

  test('so is what the gateway cannot put into force', async () => {
    await set('shed', '6');
    fault = new Fault('test/broken', 'a page that is gone');
    expect(message(await set('shed', '7'))).toContain('a page that is gone');
    expect(overrides.list()).toMatchObject([{ value: 6 }]);
    fault = undefined;
    clock.advance(60_000);
    expect(parameters().shed).toBe(4);
  });
});

describe('what is set can be taken back before its time', () => {
  const undo = (policy?: string, parameter?: string, application = 'wiki') =>
    overrides.undo({ application, ...(policy && { policy }), ...(parameter && { parameter }) });

  test('one parameter of several: at once, logged, and without a timer', async () => {
    await set('shed', '6');
    await set('exec', '3', 60_000, 'fixed');
    clock.advance(10_000);
    expect(undo('threshold', 'shed')).toMatchObject([
      { application: 'wiki', policy: 'threshold', parameter: 'shed', value: 6, now: '4', secondsLeft: 50 },
    ]);
    expect(parameters().shed).toBe(4);
    expect(parameters(1).exec).toBe(3);
    expect(overrides.list()).toMatchObject([{ parameter: 'exec' }]);
    expect(clock.pending).toBe(1);
    expect(output.records.at(-1)).toMatchObject({
      event: 'parameter-restored',
      policy: 'threshold',
      parameter: 'shed',
      by: 'operator',
    });
  });

  test('all of an application, and those of others stay', async () => {
    written = configurationOf(4, 'wiki', 'blog');
    inForce = written;
    await set('shed', '6');
    await set('half_life', '2s');
    await set('shed', '7', 60_000, 'threshold', 'blog');
    expect(undo()).toMatchObject([
      { parameter: 'shed', now: '4' },
      { parameter: 'half_life', now: '500ms' },
    ]);
    expect(inForce.applications[0]).toBe(written.applications[0]);
    expect(overrides.list()).toMatchObject([{ application: 'blog', value: 7 }]);
  });

  test('by the part of a composed policy that it belongs to', async () => {
    const definition = builtInPolicies.get('auto');
    const policy = { name: 'auto', definition, parameters: { shed: 4 } };
    written = { applications: [{ name: 'wiki', policies: [policy] }] } as unknown as Configuration;
    inForce = written;
    await set('shed', '6', 60_000, 'auto');
    expect(undo('threshold', 'shed')).toMatchObject([{ policy: 'auto', parameter: 'shed', now: '4' }]);
  });

  test('also where a reload took the application away', async () => {
    await set('shed', '6');
    written = configurationOf(4, 'blog');
    inForce = overrides.applied(written);
    expect(undo('threshold', 'shed')).toMatchObject([{ value: 6 }]);
    expect(overrides.list()).toEqual([]);
  });

  test.each([
    [
      'threshold',
      'start',
      'wiki',
      /^expected a parameter of wiki that is set for a while \(threshold\.shed\).*, found threshold\.start$/,
    ],
    ['treshold', 'shed', 'wiki', /did you mean threshold\.shed\?/],
    [
      undefined,
      undefined,
      'blog',
      /^expected an application of which something is set for a while \(wiki\), found blog$/,
    ],
  ])('%s.%s of %s: what is not set is refused', async (policy, parameter, application, problem) => {
    await set('shed', '6');
    const refused = undo(policy, parameter, application);
    expect('kind' in refused && refused.message).toMatch(problem);
    expect(parameters().shed).toBe(6);
  });

  test('where nothing is set it is said', () => {
    expect(undo('threshold', 'shed')).toMatchObject({
      message: 'expected a parameter that is set for a while, found none',
    });
  });

  test('what the gateway cannot put into force stays as it was, and ends in its time', async () => {
    await set('shed', '6');
    fault = new Fault('test/broken', 'a page that is gone');
    expect(undo()).toMatchObject({ message: expect.stringContaining('a page that is gone') });
    expect(overrides.list()).toMatchObject([{ value: 6 }]);
    fault = undefined;
    clock.advance(60_000);
    expect(parameters().shed).toBe(4);
  });
});

test('an undoing that fails is tried again until it does not', async () => {
  await set('shed', '6', 1000);
  fault = new Fault('test/broken', 'a page that is gone');
  clock.advance(1000);
  expect(parameters().shed).toBe(6);
  fault = undefined;
  clock.advance(5000);
  expect(parameters().shed).toBe(4);
  expect(events()).toEqual(['parameter-set', 'parameter-not-restored', 'parameter-restored']);
});

test('a gateway that stops leaves no timer', async () => {
  await set('shed', '6');
  overrides.close();
  expect(clock.pending).toBe(0);
});
