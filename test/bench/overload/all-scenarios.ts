import type { Scenario } from './scenario.ts';
import { bimodal } from './scenarios/bimodal.ts';
import { burn } from './scenarios/burn.ts';
import { daemon } from './scenarios/daemon.ts';
import { exponential } from './scenarios/exponential.ts';
import { long } from './scenarios/long.ts';
import { neighbour } from './scenarios/neighbour.ts';
import { retries } from './scenarios/retries.ts';
import { short } from './scenarios/short.ts';
import { threeApplications } from './scenarios/three-applications.ts';

const scenarios: readonly Scenario[] = [
  burn,
  short,
  long,
  exponential,
  bimodal,
  retries,
  neighbour,
  threeApplications,
  daemon,
];

/** @param names separated by commas, or `all`. @throws Error where there is none of that name */
export function scenariosOf(names: string): readonly Scenario[] {
  if (names === 'all') return scenarios;
  return names.split(',').map((name) => {
    const scenario = scenarios.find((one) => one.name === name.trim());
    if (scenario !== undefined) return scenario;
    const known = scenarios.map((one) => one.name).join(', ');
    throw new Error(`expected a scenario (all, ${known}), found ${JSON.stringify(name)}`);
  });
}
