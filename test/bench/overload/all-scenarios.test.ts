import { expect, test } from 'vitest';
import { scenariosOf } from './all-scenarios.ts';

test('scenarios are chosen by name, in the order in which they are named', () => {
  expect(scenariosOf('retries, burn').map(({ name }) => name)).toEqual(['retries', 'burn']);
});

test('all of them have names of their own', () => {
  const names = scenariosOf('all').map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(scenariosOf(names.join(',')).map(({ name }) => name)).toEqual(names);
});

test('one that is not there is an error that says which are', () => {
  expect(() => scenariosOf('burn,flood')).toThrow('expected a scenario (all, burn, short,');
});
