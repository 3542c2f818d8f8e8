import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { METRIC_DEFINITIONS } from '../../src/metrics/metric-definitions.ts';
import { peer } from '../support/peer.ts';
import { metricsIn } from './expressions-of.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
  }[];
}
interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const folder = join(import.meta.dirname, '../../grafana');
const rules = (parse(readFileSync(join(folder, 'rules.yml'), 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const checks = (parse(readFileSync(join(folder, 'rules.test.yml'), 'utf8')) as RuleTests).tests.flatMap(
  (one) => one.alert_rule_test,
);
const alerts = rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert]));
const promtool = peer('promtool', 'promtool');

describe.each(alerts)('the alert %s', (alert) => {
  test('has a unit test in which it is raised, and one in which it is not', () => {
    const raised = checks
      .filter(({ alertname }) => alertname === alert)
      .map((check) => check.exp_alerts.length > 0);
    expect(new Set(raised)).toEqual(new Set([true, false]));
  });

  test('has a paragraph in the README that says what it means and what to do', () => {
    const readme = readFileSync(join(folder, '../README.md'), 'utf8');
    expect(readme).toMatch(new RegExp(`\\*\\*${alert}\\*\\*.{80,}`, 's'));
  });
});

test('rules ask only for metrics that there are, and for those that they record', () => {
  const known = new Set<string>([
    'up',
    ...Object.values(METRIC_DEFINITIONS).map(({ name }) => name),
    ...rules.flatMap(({ record = '' }) => record),
  ]);
  for (const { expr, alert, record } of rules)
    for (const metric of metricsIn(expr)) expect(known, alert ?? record).toContain(metric);
});

test.skipIf(!promtool.available)('promtool finds nothing wrong with the rules', () => {
  const run = Bun.spawnSync([promtool.path, 'check', 'rules', '--lint-fatal', join(folder, 'rules.yml')]);
  expect(run.exitCode, run.stdout.toString() + run.stderr.toString()).toBe(0);
});

test.skipIf(!promtool.available)(
  'promtool sees every alert raised and not raised as rules.test.yml says',
  () => {
    const run = Bun.spawnSync([promtool.path, 'test', 'rules', join(folder, 'rules.test.yml')]);
    expect(run.exitCode, run.stdout.toString() + run.stderr.toString()).toBe(0);
  },
  30_000,
);

test.skipIf(!promtool.available)('promtool takes the configuration of Prometheus', () => {
  const run = Bun.spawnSync([promtool.path, 'check', 'config', join(folder, 'prometheus.yml')]);
  expect(run.exitCode, run.stdout.toString() + run.stderr.toString()).toBe(0);
});
