import { describe, expect, test } from 'vitest';
import { sightOf } from '../../../src/lab/flood/gateway-sight.ts';
import { parseMetrics } from '../../../src/lab/flood/parse-metrics.ts';

describe('metrics in text', () => {
  test.each([
    ['up 1', { name: 'up', labels: {}, value: 1 }],
    ['a_total{x="1",y="b c"} 2.5e3', { name: 'a_total', labels: { x: '1', y: 'b c' }, value: 2500 }],
    [
      'a{x="say \\"hi\\", \\\\ }\\n"} 3 1700000000000',
      { name: 'a', labels: { x: 'say "hi", \\ }\n' }, value: 3 },
    ],
    ['a{le="+Inf",} +Inf', { name: 'a', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY }],
    ['a{} NaN', { name: 'a', labels: {}, value: Number.NaN }],
  ])('are read: %s', (line, sample) => {
    expect(parseMetrics(`${line}\n`)).toEqual([sample]);
  });

  test('are read past comments, empty lines and rubbish', () => {
    expect(
      parseMetrics('# HELP a b\n# TYPE a counter\n\nrubbish\na{x="1" 2\na 1\n').map(({ name }) => name),
    ).toEqual(['a']);
  });
});

describe('what the metrics say of the gateway', () => {
  test('is decisions by lane over all applications and reasons, load for each processor, and the daemon’s state', () => {
    const sight = sightOf(
      [
        'spillway_decisions_total{application="a",policy="threshold",lane="exec",reason="quiet"} 3',
        'spillway_decisions_total{application="b",policy="threshold",lane="exec",reason="busy"} 4',
        'spillway_decisions_total{application="a",policy="admission",lane="shed",reason="queue_full"} 5',
        'spillway_daemon_state{application="a",state="up"} 1',
        'spillway_daemon_state{application="a",state="down"} 0',
        'spillway_daemon_state{application="b",state="none"} 1',
        'spillway_load_running_tasks 6',
        'spillway_load_processors 2',
      ].join('\n'),
    );
    expect(sight).toEqual({ decisions: { exec: 7, forward: 0, shed: 5 }, load: 3, daemon: 'up' });
  });

  test('is nothing in particular of a gateway that has just started', () => {
    expect(sightOf('')).toEqual({ decisions: { exec: 0, forward: 0, shed: 0 }, load: undefined, daemon: '' });
  });
});
