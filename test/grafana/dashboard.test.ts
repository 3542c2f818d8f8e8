import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dashboard } from '../../scripts/grafana/dashboard.ts';
import { METRIC_DEFINITIONS, type MetricDefinition } from '../../src/metrics/metric-definitions.ts';
import { expressionsOf, metricsIn } from './expressions-of.ts';

const folder = join(import.meta.dirname, '../../grafana');
const built = dashboard();
const definitions: readonly MetricDefinition[] = Object.values(METRIC_DEFINITIONS);
/** The names of all samples that there may be. */
const samples = new Set(
  definitions.flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

/** Metrics on no panel and in no rule, and why. */
const notShown: Readonly<Record<string, string>> = {
  target_info:
    'names and versions for who joins metrics with those of other programs; the dashboard counts gateways by spillway_build_info',
};

test('dashboard.json is what the code builds', () => {
  expect(JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(built)),
  );
});

test('dashboard.json is of the schema version that docs/metrics.md says', () => {
  const document = readFileSync(join(folder, '../docs/metrics.md'), 'utf8');
  expect(document).toContain(`schema version ${built.schemaVersion}`);
});

describe('the dashboard', () => {
  test('asks only for metrics that there are, and for the alerts', () => {
    for (const { where, expression } of expressionsOf(built)) {
      for (const metric of metricsIn(expression)) {
        if (metric !== 'ALERTS') expect(samples, where).toContain(metric);
      }
    }
  });

  test('and the rules show every metric, but those that nobody would look for', () => {
    const rules = readFileSync(join(folder, 'rules.yml'), 'utf8');
    const shown = new Set([
      ...expressionsOf(built).flatMap(({ expression }) => metricsIn(expression)),
      ...metricsIn(rules),
    ]);
    const missing = definitions
      .filter(({ name, type }) => !shown.has(type === 'histogram' ? `${name}_bucket` : name))
      .map(({ name }) => name);
    expect(missing).toEqual(Object.keys(notShown));
  });

  test('has a sentence for every panel, a number that stays, and a place of its own in the grid', () => {
    const panels = built.panels ?? [];
    expect(panels.map(({ id }) => id)).toEqual(panels.map((_, index) => index + 1));
    const taken = new Set<string>();
    for (const panel of panels) {
      const { x = 0, y = 0, w = 0, h = 0 } = panel.gridPos ?? {};
      expect(x + w, panel.title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1)
        for (let line = y; line < y + h; line += 1) {
          expect(taken.has(`${column} ${line}`), `${panel.title} over another`).toBe(false);
          taken.add(`${column} ${line}`);
        }
      if (panel.type !== 'row')
        expect('description' in panel ? panel.description : '', panel.title).toMatch(/^[A-Z`].+\.$/);
    }
  });

  test('has what to choose from', () => {
    const variables = expressionsOf(built).filter(({ where }) => where.startsWith('variable'));
    expect(variables.map(({ where }) => where)).toEqual([
      'variable job',
      'variable instance',
      'variable application',
    ]);
  });

  test('can be narrowed to an instance and to an application, in every expression that has them', () => {
    for (const { where, expression } of expressionsOf(built)) {
      // Alerts are of all, and one-shot frontends have no instance of their own.
      if (/ALERTS|unless on \(job, instance\)/.test(expression) || where === 'variable job') continue;
      for (const selector of expression.match(/\{[^}]*\}/g) ?? []) {
        expect(selector, where).toContain('job=~"$job"');
        if (where !== 'variable instance') expect(selector, where).toContain('instance=~"$instance"');
      }
    }
  });
});
