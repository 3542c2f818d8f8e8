import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Configuration } from '../../src/config/configuration.ts';
import { DecisionCounts } from '../../src/frontend/decision-counts.ts';
import { stateFolder } from '../../src/frontend/state-folder.ts';
import { frontendDecisions } from '../../src/gateway/frontend-decisions.ts';

test('a gateway tells what the frontends of its applications have decided, and of no others', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spillway-frontends-'));
  const labels = { lane: 'exec', policy: 'auto', reason: 'quiet' } as const;
  for (const [application, times] of [
    ['wiki', 3],
    ['stranger', 2],
  ] as const) {
    const state = stateFolder(directory, application);
    mkdirSync(state, { recursive: true });
    const counts = new DecisionCounts(join(state, 'counts'));
    for (let time = 0; time < times; time++) expect(counts.count({ application, ...labels })).toBeUndefined();
  }
  const configuration = {
    file: join(directory, 'spillway.yaml'),
    applications: [{ name: 'wiki' }, { name: 'shop' }],
  };
  const lines = frontendDecisions(configuration as unknown as Configuration).split('\n');
  expect(lines.filter((line) => !line.startsWith('#') && line !== '')).toEqual([
    'spillway_decisions_total{application="wiki",policy="auto",lane="exec",reason="quiet"} 3',
  ]);
  expect(lines[1]).toBe('# TYPE spillway_decisions_total counter');
  rmSync(directory, { recursive: true });
});
