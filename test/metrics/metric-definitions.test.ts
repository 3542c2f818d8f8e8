import { describe, expect, test } from 'vitest';
import { METRIC_DEFINITIONS, type MetricDefinition } from '../../src/metrics/metric-definitions.ts';
import { metricsTable } from '../../src/metrics/metrics-table.ts';

const definitions: readonly MetricDefinition[] = Object.values(METRIC_DEFINITIONS);

describe.each(definitions.map((definition) => [definition.name, definition] as const))(
  '%s',
  (name, definition) => {
    test('is named in lower case with the prefix of the gateway, or of the process', () => {
      expect(name).toMatch(/^(spillway|process|target)_[a-z]+(_[a-z]+)*$/);
    });

    test('ends in _total if and only if it is a counter', () => {
      expect(name.endsWith('_total')).toBe(definition.type === 'counter');
    });

    test('has buckets if and only if it is a histogram: rising, of positive bounds', () => {
      expect(definition.buckets !== undefined).toBe(definition.type === 'histogram');
      const buckets = definition.buckets ?? [];
      expect(buckets).toEqual([...new Set(buckets)].sort((a, b) => a - b));
      for (const bound of buckets) expect(bound).toBeGreaterThan(0);
    });

    test('is in base units', () => {
      expect(name).not.toMatch(/_(ms|milliseconds|microseconds|kb|kilobytes|mb|percent|minutes)(_|$)/);
      if (definition.type === 'histogram') expect(name).toMatch(/_seconds$/);
    });

    test('explains itself in a sentence', () => {
      expect(definition.help).toMatch(/^[A-Z].{10,}\.$/s);
      expect(definition.help).not.toMatch(/\n/);
    });

    test('has labels from the closed list, each once', () => {
      const known = [
        'application',
        'policy',
        'lane',
        'reason',
        'code',
        'failure',
        'state',
        'result',
        'resource',
        'version',
        'bun',
        'log',
        'scope',
        'event',
        'parameter',
        'live_lane',
        'shadow_lane',
        'service_name',
        'service_version',
        'process_runtime_name',
        'process_runtime_version',
      ];
      for (const label of definition.labels) expect(known).toContain(label);
      expect(new Set(definition.labels).size).toBe(definition.labels.length);
    });
  },
);

test('no two metrics share a name', () => {
  expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
});

describe('the table of metrics', () => {
  test('has a line for each', () => {
    const lines = metricsTable().trimEnd().split('\n');
    expect(lines.length).toBe(definitions.length + 2);
    expect(lines).toContain(
      '| `spillway_inflight` | gauge | `application`, `lane` | Requests that hold a slot. |',
    );
  });

  test('stays a table whatever the help says', () => {
    const table = metricsTable([{ name: 'a', type: 'gauge', help: 'one | other', labels: [] }]);
    expect(table.split('\n')[2]).toBe('| `a` | gauge |  | one \\| other |');
  });
});
