import { expect, test } from 'vitest';
import { describeChange } from '../../../src/admin/status-page/describe-change.ts';

test.each([
  ['shedding-began', { policy: 'threshold', reason: 'drowning' }, 'shedding began: threshold says drowning'],
  [
    'shedding-ended',
    { shed: 1200, run_meanwhile: 30, lasted_ms: 9000 },
    'shedding ended after 9 s: 1,200 shed, 30 answered meanwhile',
  ],
  [
    'lane-changed',
    { from: 'exec', to: 'forward', policy: 'p', reason: 'busy' },
    'from lane exec to forward: p says busy',
  ],
  [
    'reloaded',
    { file: 'f', added: '[]', changed: '["wiki","blog"]' },
    'configuration reloaded: changed wiki, blog',
  ],
  ['reloaded', { needsRestart: '["log"]' }, 'configuration reloaded: waits for the next start log'],
  ['reloaded', { file: 'f' }, 'configuration reloaded, nothing was different'],
  ['reload-failed', { problem: 'f:1:2: bad' }, 'reload failed, nothing changed: f:1:2: bad'],
  ['daemon-ready', { pid: 3, durationMs: 110 }, 'daemon up after 110 ms'],
  ['daemon-refused', { refusal: 'start-timeout' }, 'no daemon: start-timeout'],
  ['something-new', { one: 1, two: true }, 'something new: one 1, two true'],
  ['something-new', {}, 'something new'],
])('%s %o', (event, details, words) => {
  expect(describeChange({ event, details: details as Record<string, string | number | boolean> })).toBe(
    words,
  );
});
