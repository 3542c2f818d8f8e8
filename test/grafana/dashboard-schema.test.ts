import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { METRIC_DEFINITIONS, type MetricDefinition } from '../../src/metrics/metric-definitions.ts';
import { peer } from '../support/peer.ts';
import { expressionsOf, metricsIn, withVariables } from './expressions-of.ts';

/** What Grafana reads of the file, as far as it is looked at here. */
interface WrittenPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
    readonly datasource: unknown;
  }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
    readonly overrides: readonly { readonly matcher: { readonly id: string; readonly options: string } }[];
  };
  readonly options?: { readonly yAxis?: { readonly unit?: string } };
}
interface WrittenDashboard {
  readonly panels: readonly WrittenPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly expr: string;
      readonly titleFormat: string;
      readonly datasource: unknown;
    }[];
  };
}

const text = readFileSync(join(import.meta.dirname, '../../grafana/dashboard.json'), 'utf8');
const { panels, templating, annotations } = JSON.parse(text) as WrittenDashboard;
const drawn = panels.filter(({ type }) => type !== 'row');
const variables = templating.list;
/** Of Grafana itself. */
const GLOBAL = ['__rate_interval', '__all'];
const promtool = peer('promtool', 'promtool');

const definitions = new Map<string, MetricDefinition>(
  Object.values(METRIC_DEFINITIONS).map((definition) => [definition.name, definition]),
);
/** Of every scraped series. */
const OF_SCRAPES = ['job', 'instance'];

function labelsOf(expression: string): Set<string> {
  const labels = metricsIn(expression).flatMap((metric) => {
    const base = metric.replace(/_(?:bucket|sum|count)$/, '');
    const definition = definitions.get(metric) ?? definitions.get(base);
    return [...(definition?.labels ?? []), ...(definition?.type === 'histogram' ? ['le'] : [])];
  });
  return new Set([...labels, ...OF_SCRAPES]);
}

/** The labels that the result has: what the first aggregation keeps, or all. */
function labelsOfResult(expression: string): Set<string> {
  const inner = expression.replace(/^(?:\(|histogram_quantile\([\d.]+, )+/, '');
  const [, kept] = /^(?:sum|min|max|count) by \(([^)]*)\)/.exec(inner) ?? [];
  if (kept !== undefined) return new Set(kept.split(', '));
  return /^(?:sum|min|max|count)\(/.test(inner) ? new Set() : labelsOf(expression);
}

function variablesIn(written: string): string[] {
  return [...written.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name);
}

describe('dashboard.json', () => {
  test('has its data source from the choice at the top, wherever one is named', () => {
    expect(variables[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the value there.
    const chosen = { type: 'prometheus', uid: '${datasource}' };
    for (const { title, datasource, targets = [] } of drawn) {
      expect(datasource, title).toEqual(chosen);
      for (const target of targets) expect(target.datasource, title).toEqual(chosen);
    }
    for (const { name, datasource } of annotations.list) expect(datasource, name).toEqual(chosen);
  });

  test('uses only variables that are defined, and to define one only those before it', () => {
    const known = new Set([...GLOBAL, ...variables.map(({ name }) => name)]);
    for (const name of variablesIn(text)) expect(known).toContain(name);
    const before = new Set<string>(GLOBAL);
    for (const variable of variables) {
      if (variable.type === 'query') before.add('datasource');
      for (const name of variablesIn(JSON.stringify(variable.query))) expect(before).toContain(name);
      before.add(variable.name);
    }
    // None is offered that changes nothing.
    for (const { name } of variables) expect(variablesIn(text)).toContain(name);
  });

  test('has rows whose panels lie below them and fill every line', () => {
    const rows = panels.filter(({ type }) => type === 'row');
    expect(rows.length).toBeGreaterThan(5);
    expect(panels[0]?.type).toBe('row');
    for (const [index, row] of rows.entries()) {
      expect(row.gridPos).toMatchObject({ x: 0, w: 24, h: 1 });
      const end = rows[index + 1]?.gridPos.y ?? Number.POSITIVE_INFINITY;
      const own = drawn.filter(({ gridPos: { y } }) => y > row.gridPos.y && y < end);
      expect(own.length, row.title).toBeGreaterThan(0);
      const widths = new Map<number, number>();
      for (const { gridPos } of own) widths.set(gridPos.y, (widths.get(gridPos.y) ?? 0) + gridPos.w);
      expect([...widths.values()], row.title).toEqual([...widths].map(() => 24));
    }
  });

  test('has units that Grafana knows', () => {
    const known = new Set<unknown>(Object.values(units));
    for (const { title, fieldConfig, options } of drawn) {
      const unit = options?.yAxis?.unit ?? fieldConfig?.defaults.unit;
      if (unit !== undefined) expect(known, title).toContain(unit);
    }
  });

  test('has kinds of panels that the library knows, and an expression with a letter of its own for each line', () => {
    for (const { title, type, targets = [] } of drawn) {
      expect(['heatmap', 'stat', 'state-timeline', 'timeseries'], title).toContain(type);
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
  });

  test('has titles that occur once', () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test('has legends of labels that the result has', () => {
    const named = [
      ...drawn.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr, legendFormat }) => ({ where: title, expr, legend: legendFormat })),
      ),
      ...annotations.list.map(({ name, expr, titleFormat }) => ({ where: name, expr, legend: titleFormat })),
    ];
    for (const { where, expr, legend } of named) {
      const labels = labelsOfResult(expr);
      for (const [, label] of legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g))
        expect([...labels], `${where}: ${legend}`).toContain(label);
    }
  });

  test('sums by labels, and chooses by labels, that the metrics have', () => {
    for (const { where, expression } of expressionsOf(JSON.parse(text))) {
      if (expression.includes('ALERTS')) continue;
      const labels = labelsOf(expression);
      for (const [, list = ''] of expression.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g))
        for (const label of list.split(', ')) expect([...labels], `${where}: ${expression}`).toContain(label);
      for (const [selector, metric = ''] of expression.matchAll(/(\w+)\{[^}]*\}/g))
        for (const [, label] of selector.matchAll(/[{,](\w+)(?:=~|!=|!~|=)/g))
          expect([...labelsOf(metric)], `${where}: ${selector}`).toContain(label);
    }
  });

  test('looks back over a time that fits the distance of the points', () => {
    for (const { where, expression } of expressionsOf(JSON.parse(text)))
      for (const [, range] of expression.matchAll(/\b(?:rate|increase|changes)\([^[]*\[([^\]]*)\]/g))
        expect(range, where).toBe('$__rate_interval');
  });

  test('has thresholds that rise, and patterns that are patterns', () => {
    for (const { title, fieldConfig } of drawn) {
      const [first, ...steps] = fieldConfig?.defaults.thresholds?.steps ?? [{ value: null }];
      expect(first?.value, title).toBeNull();
      const values = steps.map(({ value }) => value ?? Number.NaN);
      expect(values, title).toEqual(values.toSorted((a, b) => a - b));
      for (const { matcher } of fieldConfig?.overrides ?? []) {
        expect(matcher.id, title).toBe('byRegexp');
        const [, pattern = ''] = /^\/(.+)\/$/.exec(matcher.options) ?? [];
        expect(() => new RegExp(pattern), title).not.toThrow();
        expect(pattern, title).not.toBe('');
      }
    }
  });

  test.skipIf(!promtool.available)(
    'has expressions, those of annotations included, that promtool takes',
    () => {
      const rules = expressionsOf(JSON.parse(text)).map(({ expression }, index) => ({
        record: `expression_${index}`,
        expr: withVariables(expression, '1m'),
      }));
      expect(rules.length).toBeGreaterThan(60);
      const folder = mkdtempSync(join(tmpdir(), 'spillway-expressions-'));
      try {
        const file = join(folder, 'expressions.yml');
        writeFileSync(file, stringify({ groups: [{ name: 'expressions', rules }] }));
        const run = Bun.spawnSync([promtool.path, 'check', 'rules', file]);
        expect(run.exitCode, run.stdout.toString() + run.stderr.toString()).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
