import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';
import type { StreamPlan } from './load-plan.ts';
import { LoadStream } from './load-stream.ts';
import type { Ended } from './visitor-end.ts';

interface Attempt {
  readonly target: string;
  readonly dueMs: number;
  readonly sentMs: number;
}

const plan: StreamPlan = {
  path: '/burn',
  service: { kind: 'constant', ms: 12 },
  retries: false,
  phases: [
    { rate: 50, durationMs: 1000 },
    { rate: 500, durationMs: 4000 },
    { rate: 0, durationMs: 1000 },
    { rate: 50, durationMs: 2000 },
  ],
};

/** Sends all visitors, whom `answer` answers at once or whenever it likes. */
function offer(
  changes: Partial<StreamPlan>,
  answer: (attempt: Attempt, ended: Ended, clock: VirtualClock) => void,
  seed = 1,
) {
  const clock = new VirtualClock();
  const attempts: Attempt[] = [];
  const stream = new LoadStream({
    plan: { ...plan, ...changes },
    seed,
    startMs: 100,
    clock,
    send(target, dueMs, ended) {
      const attempt = { target, dueMs, sentMs: clock.now() };
      attempts.push(attempt);
      answer(attempt, ended, clock);
    },
  });
  while (clock.now() < stream.endMs || stream.returning > 0) {
    clock.advance(1);
    stream.step(clock.now());
  }
  return { stream, attempts, reports: stream.reports(1_000_000) };
}

const serve = (_: Attempt, ended: Ended) => ended('good', 5, undefined);

describe('the visitors of one address', () => {
  test('come at the rate of each phase, and not where the rate is 0', () => {
    const { attempts, reports } = offer({}, serve);
    expect(reports.map(({ rate }) => rate)).toEqual([50, 500, 0, 50]);
    for (const { rate, offered } of reports) {
      expect(offered).toBeGreaterThanOrEqual(rate * 0.7);
      expect(offered).toBeLessThanOrEqual(rate * 1.3);
    }
    const { length } = attempts.filter(({ dueMs }) => dueMs >= 5100 && dueMs < 6100);
    expect(length).toBe(0);
  });

  test('come when they want to, whether they are answered or not', () => {
    const answered = offer({}, serve).attempts;
    const unanswered = offer({}, () => {}).attempts;
    expect(unanswered).toEqual(answered);
    for (const { dueMs, sentMs } of answered) {
      expect(sentMs - dueMs).toBeGreaterThanOrEqual(0);
      expect(sentMs - dueMs).toBeLessThanOrEqual(1);
    }
  });

  test('are the same for the same seed, and others for another', () => {
    const exponential: Partial<StreamPlan> = { service: { kind: 'exponential', meanMs: 12 } };
    expect(offer(exponential, serve).attempts).toEqual(offer(exponential, serve).attempts);
    expect(offer(exponential, serve, 2).attempts).not.toEqual(offer(exponential, serve).attempts);
  });

  test('come at the same instants whatever they ask for', () => {
    const instants = ({ attempts }: { attempts: readonly Attempt[] }) => attempts.map(({ dueMs }) => dueMs);
    const exponential: Partial<StreamPlan> = { service: { kind: 'exponential', meanMs: 12 } };
    expect(instants(offer(exponential, serve))).toEqual(instants(offer({}, serve)));
  });

  test('ask for their service time in the query', () => {
    const { attempts } = offer({ path: '/a' }, serve);
    expect(new Set(attempts.map(({ target }) => target))).toEqual(new Set(['/a?12.000']));
    const mixed = offer({ service: { kind: 'exponential', meanMs: 12 } }, serve).attempts;
    expect(new Set(mixed.map(({ target }) => target)).size).toBeGreaterThan(mixed.length / 2);
    for (const { target } of mixed) expect(target).toMatch(/^\/burn\?\d+\.\d{3}$/);
  });

  test('do not come back where nobody does', () => {
    const { attempts, reports } = offer({}, (_, ended) => ended('shed', 1, undefined));
    expect(reports.every(({ good, attemptsEach }) => good === 0 && attemptsEach === 1)).toBe(true);
    expect(attempts).toHaveLength(offer({}, serve).attempts.length);
  });
});

describe('visitors who come back', () => {
  const few: Partial<StreamPlan> = { retries: true, phases: [{ rate: 10, durationMs: 1000 }] };

  test('come five times more, and then no more', () => {
    const { attempts, reports } = offer(few, (_, ended) => ended('shed', 1, undefined));
    const visitors = attempts.filter(({ dueMs }) => dueMs < 1100).length;
    expect(visitors).toBeGreaterThan(0);
    expect(reports[0]?.attemptsEach).toBe(6);
    expect(reports[0]?.good).toBe(0);
  });

  test('come no earlier than they were told, and soon after that, counted from the answer', () => {
    // Each service time is drawn once: it tells visitors apart.
    const { attempts } = offer({ ...few, service: { kind: 'exponential', meanMs: 1e9 } }, (_, ended, clock) =>
      clock.after(40, () => ended('shed', 40, 1000)),
    );
    const visitors = Map.groupBy(attempts, ({ target }) => target);
    expect(visitors.size).toBeGreaterThan(1);
    for (const tries of visitors.values()) {
      expect(tries).toHaveLength(6);
      for (const [index, { dueMs }] of tries.slice(1).entries()) {
        const waitedMs = dueMs - tries[index]!.dueMs - 40;
        expect(waitedMs).toBeGreaterThanOrEqual(1000 - 1e-6);
        expect(waitedMs).toBeLessThanOrEqual(1250 + 1e-6);
      }
    }
  });

  test('are not sent away because they failed or had no patience', () => {
    for (const end of ['failed', 'gone', 'late'] as const)
      expect(offer(few, (_, ended) => ended(end, 1, undefined)).reports[0]?.attemptsEach).toBe(1);
  });

  test('count as served in the phase in which they came again, and not as served at once', () => {
    const tried = new Set<string>();
    const phases = [
      { rate: 100, durationMs: 1000 },
      { rate: 0, durationMs: 5000 },
    ];
    // Each service time is drawn once: it tells visitors apart.
    const service = { kind: 'exponential', meanMs: 1e9 } as const;
    const { reports } = offer({ retries: true, phases, service }, ({ target }, ended) => {
      if (tried.has(target)) return ended('good', 1, undefined);
      tried.add(target);
      ended('shed', 1, 2000);
    });
    const [flood, after] = reports;
    expect(flood?.good).toBe(0);
    expect(flood?.shed).toBe(flood?.offered);
    expect(flood?.attemptsEach).toBe(2);
    expect((after?.good ?? 0) * 5).toBeCloseTo(flood?.offered ?? Number.NaN, 6);
    expect(after?.firstGood).toBe(0);
    expect(after?.offered).toBe(0);
  });
});

describe('the report of a phase', () => {
  test('has rates by the second, percentiles of who was served, and the last who was not served well', () => {
    const phases = [{ rate: 100, durationMs: 2000 }];
    let visitors = 0;
    const { reports, attempts } = offer({ phases }, (_, ended) => {
      visitors += 1;
      if (visitors % 10 === 0) ended('shed', 3, undefined);
      else ended('good', 20, undefined);
    });
    const report = reports[0]!;
    const lastShed = attempts[Math.floor(attempts.length / 10) * 10 - 1]!;
    expect(report.beganMs).toBe(1_000_100);
    expect(report.offered).toBe(attempts.length / 2);
    expect(report.shed).toBe(Math.floor(attempts.length / 10) / 2);
    expect(report.good + report.shed).toBe(report.offered);
    expect(report.firstGood).toBe(report.good);
    expect([report.p50, report.p99, report.shedP99]).toEqual([20, 20, 3]);
    expect(report.lastBadMs).toBeCloseTo(lastShed.dueMs - 100, 6);
  });
});
