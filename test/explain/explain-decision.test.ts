import { describe, expect, test } from 'vitest';
import { explainDecision } from '../../src/explain/explain-decision.ts';
import type { DecisionRecord } from '../../src/log/decision-record.ts';

const load = {
  processors: 2,
  load_average: 9.876,
  running: 11,
  cpu_pressure: 0.55,
  lanes: ['exec' as const, 'forward' as const],
  daemon: 'up',
  inflight: { exec: 4, forward: 1 },
  queued: 3,
  oldest_wait_ms: 120,
};
const limits = { exec: 4, forward: null };
const drowning = {
  signal: 'load per processor',
  value: 5.2,
  comparison: '>=' as const,
  threshold: 4,
  parameter: 'shed',
  means: 'the machine is drowning',
};

function recordOf(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    v: 1,
    time: '2030-01-02T03:04:05.678Z',
    arrived_ms: 1,
    id: 'r1',
    application: 'wiki',
    meta: { REQUEST_METHOD: 'GET', REQUEST_URI: '/wiki/' },
    priority: 0,
    arrive: {
      at_ms: 1,
      load,
      limits,
      policies: [
        { policy: 'threshold', shed: 'drowning', retry_after_ms: 10_000, grounds: [drowning] },
        { policy: 'gradient' },
      ],
    },
    decision: { lane: 'shed', policy: 'threshold', reason: 'drowning', retry_after_ms: 10_000 },
    wait_ms: 0,
    busy_ms: 0,
    total_ms: 1,
    result: 'ignored',
    status: 503,
    bytes_in: 0,
    bytes_out: 0,
    ...changes,
  };
}

test('a shed is told as a whole: what happened, the measurements, every word, and what would have changed it', () => {
  expect(
    explainDecision(recordOf()),
  ).toBe(`Request r1 (GET /wiki/), which came to wiki at 2030-01-02T03:04:05.678Z.
It was shed after 0 ms in the queue, with the word to come back after 10 s at the earliest. The policy threshold decided that, with the reason drowning.
The answer had the status 503.

What was measured
  processors 2
  load average 9.88
  tasks running or ready to run 11
  tasks waited for processor 55 % of the time
  in the lane exec 4 requests of at most 4
  in the lane forward 1 requests
  waiting 3, the oldest for 120 ms
  the daemon was up

What the policies said
  When it arrived:
    threshold: shed it, drowning
      load per processor was 5.2, at or over 4 (threshold.shed): the machine is drowning
    gradient: no opinion

What would have changed it
  load per processor below 4 instead of 5.2, or threshold.shed higher.
`);
});

describe('the last part says what would have changed it:', () => {
  const part = (changes: Partial<DecisionRecord>): string =>
    explainDecision(recordOf(changes)).split('What would have changed it\n')[1] ?? '';
  const ran = { lane: 'exec' as const, policy: 'threshold', reason: 'quiet' };
  const heard = (grounds: (typeof drowning | Omit<typeof drowning, 'parameter'>)[]) => ({
    at_ms: 1,
    load,
    limits,
    policies: [{ policy: 'threshold', lane: 'exec' as const, reason: 'quiet', grounds }],
  });

  test.each([
    ['>=', 5, 4, 'load per processor below 4 instead of 5, or threshold.shed higher.'],
    ['>=', 3, 4, 'load per processor at or over 4 instead of 3, or threshold.shed lower.'],
    ['>', 5, 4, 'load per processor not over 4 instead of 5, or threshold.shed higher.'],
    ['>', 4, 4, 'load per processor over 4 instead of 4, or threshold.shed lower.'],
    ['<', 3, 4, 'load per processor not below 4 instead of 3, or threshold.shed lower.'],
    ['<', 5, 4, 'load per processor below 4 instead of 5, or threshold.shed higher.'],
    ['<=', 4, 4, 'load per processor over 4 instead of 4, or threshold.shed lower.'],
    ['<=', 5, 4, 'load per processor at most 4 instead of 5, or threshold.shed higher.'],
  ] as const)('%s with %d and %d', (comparison, value, threshold, sentence) => {
    const ground = { ...drowning, comparison: comparison as '>=', value, threshold };
    expect(part({ decision: ran, dispatch: heard([ground]) })).toBe(`  ${sentence}\n`);
  });

  test('without a parameter only the signal', () => {
    const { parameter: _, ...found } = drowning;
    expect(part({ decision: ran, dispatch: heard([found]) })).toBe(
      '  load per processor below 4 instead of 5.2.\n',
    );
  });

  test.each([
    [
      'queue_full',
      /Fewer than the 3 that waited, or a larger queue\.max\.\n.*higher limit of what was full: exec \(4\)/,
    ],
    ['queue_congested', /Fewer visitors just then.*\n.*higher limit of what was full: exec \(4\)/],
    ['queue_timeout', /A turn within 1\.5 s, or a longer queue\.timeout/],
    ['draining', /`spillway resume`/],
  ])('of the admission: %s', (reason, sentence) => {
    const decision = { lane: 'shed' as const, policy: 'admission', reason };
    expect(part({ decision, wait_ms: 1500 })).toMatch(sentence);
  });

  test.each([
    ['daemon', 'start_timeout', /daemon that gets up/],
    ['default', 'no_opinion', /policy in the chain that names lanes/],
    ['failsafe', 'policy_fault', /Policies without a fault/],
    ['mine', 'whim', /Only mine itself knows/],
  ])('of %s', (policy, reason, sentence) => {
    expect(part({ decision: { lane: 'shed', policy, reason } })).toMatch(sentence);
  });
});

test('a shed rests on what holds: what does not hold would not have changed it', () => {
  const grounds = [
    { ...drowning, comparison: '<' as const },
    { ...drowning, signal: 'requests', visitor: '192.0.2.0/24', parameter: 'allowance' },
  ];
  const policies = [{ policy: 'threshold', shed: 'drowning', grounds }];
  const told = explainDecision(recordOf({ arrive: { at_ms: 1, load, limits, policies } }));
  expect(told).toContain('load per processor was 5.2, not below 4');
  expect(told).toContain('requests (counted as 192.0.2.0/24) was 5.2, at or over 4 (threshold.allowance)');
  expect(told.split('What would have changed it\n')[1]).toBe(
    '  requests (counted as 192.0.2.0/24) below 4 instead of 5.2, or threshold.allowance higher.\n',
  );
});

describe('a shed of the admission names', () => {
  const byAdmission = { lane: 'shed' as const, policy: 'admission', reason: 'queue_full' };
  const inflight = { ...drowning, value: 4, means: 'the lane is full' };
  const share = { ...drowning, signal: 'share of the class', value: 5, threshold: 60 };
  const told = (policies: NonNullable<DecisionRecord['arrive']>['policies'], waiting = load) =>
    explainDecision(
      recordOf({ decision: byAdmission, arrive: { at_ms: 1, load: waiting, limits, policies } }),
    );

  test.each([
    [{ ...inflight, signal: 'inflight.exec', parameter: 'exec' }, 'exec (4, by mine.exec).'],
    [{ ...inflight, signal: 'part: inflight.exec', parameter: undefined }, 'exec (4, found by mine).'],
    [{ ...inflight, signal: 'inflight.exec', threshold: 9 }, 'exec (4).'],
    [{ ...inflight, signal: 'inflight.forward' }, 'exec (4).'],
  ])('whose limit was full: %o', (ground, words) => {
    expect(told([{ policy: 'mine', grounds: [ground] }])).toContain(
      `A higher limit of what was full: ${words}\n`,
    );
  });

  test('the share that the class would have needed, where somebody waits', () => {
    const policies = [
      { policy: 'mine', priority: 1, grounds: [{ ...share, parameter: undefined }, drowning] },
    ];
    expect(told(policies)).toMatch(/\n {2}share of the class at or over 60 instead of 5\.\n$/);
    expect(told(policies, { ...load, queued: 0 })).not.toContain('instead of');
  });
});

test('a request that ran is told with its lane, its times and how it went', () => {
  const decision = {
    lane: 'exec' as const,
    policy: 'threshold',
    reason: 'daemon_starting',
    warm: true as const,
  };
  const told = explainDecision(
    recordOf({ decision, wait_ms: 12, busy_ms: 2345, status: 504, result: 'failed', failure: 'timeout' }),
  );
  expect(told).toContain(
    'It waited for 12 ms and went to the lane exec, and the daemon was started behind it, where it took 2.3 s and failed (timeout).',
  );
});

test('nothing that a visitor wrote reaches the terminal as a command, or as a line of its own', () => {
  const told = explainDecision(recordOf({ meta: { REQUEST_URI: '/\x1b[2J\x9b1m\nAll is well.' } }));
  expect(told).toContain('(/\\u001b[2J\\u009b1m\\u000aAll is well.)');
});

test('a request that was refused for what it is had no decision', () => {
  const { decision: _, ...rest } = recordOf({ failure: 'body_too_large', status: 413 });
  expect(explainDecision(rest)).toMatch(/refused for what it is \(body_too_large\)/);
});

test('a policy in a dry run, and one that failed, are told as such', () => {
  const policies = [
    { policy: 'a', shed: 'full', dry_run: true as const },
    { policy: 'b', faulty: true as const },
    { policy: 'c', priority: 2 },
  ];
  const told = explainDecision(recordOf({ arrive: { at_ms: 1, load, limits, policies } }));
  expect(told).toMatch(/a: shed it, full \(a dry run: only counted\)/);
  expect(told).toMatch(/b: failed, which counts as no opinion/);
  expect(told).toMatch(/c: a place in the queue, priority 2/);
});
