import type { Lane } from '../core/lane.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import { BoundedNames } from './bounded-names.ts';
import { EXEMPLAR_HOLD_MS } from './exemplar.ts';
import { METRIC_DEFINITIONS } from './metric-definitions.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { type HistogramSeries, ObservedHistogram } from './observed-histogram.ts';
import { TalliedCounter, type Tally } from './tallied-counter.ts';

/** The failure of a request whose visitor left before the answer was complete. */
export const ABANDONED = 'abandoned';

/** How many values a label may have before the rest becomes `other`. All are closed sets: this is the fail-safe. */
const MOST = { application: 1000, policy: 100, reason: 100, failure: 100 } as const;

/** How often a decision was made. */
export interface DecisionCount {
  readonly application: string;
  readonly policy: string;
  readonly lane: string;
  readonly reason: string;
  readonly total: number;
}

/** The series of one application in one lane. */
interface LaneSeries {
  readonly labels: { readonly application: string; readonly lane: Lane | 'none' };
  readonly byStatus: Map<number, Tally<'application' | 'lane' | 'code'>>;
  readonly byFailure: Map<string, Tally<'application' | 'lane' | 'failure'>>;
  /** By policy, then by reason. */
  readonly byReason: Map<string, Map<string, Tally<'application' | 'policy' | 'lane' | 'reason'>>>;
  readonly duration: HistogramSeries;
  // Made when first fed, so that no lane shows durations that it cannot have.
  queueWait: HistogramSeries | undefined;
  busy: HistogramSeries | undefined;
  firstByte: HistogramSeries | undefined;
}

export interface RequestMetricsOptions {
  /** Upper bounds of the histograms, rising, in place of those of their definitions. */
  readonly bucketsMs: readonly number[] | undefined;
  /** An answer that came within this time is a good one. */
  readonly goodWithinMs: number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

interface ApplicationSeries {
  readonly lanes: Map<Lane | 'none', LaneSeries>;
  readonly good: Tally<'application'>;
  readonly abandoned: Tally<'application'>;
  readonly received: Tally<'application'>;
  readonly sent: Tally<'application'>;
}

/** Counts finished requests. On the hot path: some look-ups in small maps, additions, and four searches for a bucket. */
export class RequestMetrics implements Observer {
  readonly #names = {
    application: new BoundedNames(MOST.application),
    policy: new BoundedNames(MOST.policy),
    reason: new BoundedNames(MOST.reason),
    failure: new BoundedNames(MOST.failure),
  };
  readonly #applications = new Map<string, ApplicationSeries>();
  readonly #goodWithinMs: number;
  readonly #wallClock: () => number;
  readonly #decisions;
  readonly #requests;
  readonly #good;
  readonly #failures;
  readonly #abandoned;
  readonly #receivedBytes;
  readonly #sentBytes;
  readonly #requestDuration;
  readonly #queueWait;
  readonly #firstByte;
  readonly #backendBusy;

  constructor(registry: MetricRegistry, { bucketsMs, goodWithinMs, wallClock }: RequestMetricsOptions) {
    this.#goodWithinMs = goodWithinMs;
    this.#wallClock = wallClock;
    this.#decisions = new TalliedCounter(METRIC_DEFINITIONS.decisions, registry);
    this.#requests = new TalliedCounter(METRIC_DEFINITIONS.requests, registry);
    this.#good = new TalliedCounter(METRIC_DEFINITIONS.goodAnswers, registry);
    this.#requestDuration = new ObservedHistogram(METRIC_DEFINITIONS.requestDuration, registry, bucketsMs);
    this.#firstByte = new ObservedHistogram(METRIC_DEFINITIONS.firstByte, registry, bucketsMs);
    this.#queueWait = new ObservedHistogram(METRIC_DEFINITIONS.queueWait, registry, bucketsMs);
    this.#backendBusy = new ObservedHistogram(METRIC_DEFINITIONS.backendBusy, registry, bucketsMs);
    this.#failures = new TalliedCounter(METRIC_DEFINITIONS.failures, registry);
    this.#abandoned = new TalliedCounter(METRIC_DEFINITIONS.abandoned, registry);
    this.#receivedBytes = new TalliedCounter(METRIC_DEFINITIONS.receivedBytes, registry);
    this.#sentBytes = new TalliedCounter(METRIC_DEFINITIONS.sentBytes, registry);
  }

  finished(record: ExchangeRecord): void {
    const application = this.#application(this.#names.application.name(record.application || 'none'));
    const lane = record.decision?.lane ?? 'none';
    const series = application.lanes.get(lane) ?? this.#lane(application, lane);
    this.#status(series, record.status).total += 1;
    const { id } = record;
    const atMs = this.#wallClock();
    series.duration.observe(record.totalMs, id, atMs);
    if (record.decision !== undefined) {
      const reason = this.#reason(series, record.decision.policy, record.decision.reason);
      reason.total += 1;
      if (atMs - reason.exemplarAtMs >= EXEMPLAR_HOLD_MS) {
        reason.exemplarId = id;
        reason.exemplarAtMs = atMs;
      }
      series.queueWait ??= this.#queueWait.series(series.labels);
      series.queueWait.observe(record.waitMs, id, atMs);
      if (lane !== 'shed') {
        series.busy ??= this.#backendBusy.series(series.labels);
        series.busy.observe(record.busyMs, id, atMs);
        if (this.#isGood(record)) application.good.total += 1;
      }
      if (record.firstByteMs !== undefined) {
        series.firstByte ??= this.#firstByte.series(series.labels);
        series.firstByte.observe(record.firstByteMs, id, atMs);
      }
    }
    if (record.failure === ABANDONED) application.abandoned.total += 1;
    else if (record.failure !== undefined) this.#failure(series, record.failure).total += 1;
    if (record.bytesIn > 0) application.received.total += record.bytesIn;
    if (record.bytesOut > 0) application.sent.total += record.bytesOut;
  }

  /** The time in which the visitor held it up does not count: a slow line is no fault of ours. */
  #isGood({ status, failure, waitMs, busyMs }: ExchangeRecord): boolean {
    return failure === undefined && status >= 100 && status < 500 && waitMs + busyMs <= this.#goodWithinMs;
  }

  decisionCounts(): DecisionCount[] {
    return this.#decisions.tallies.map(({ labels, total }) => ({ ...labels, total }));
  }

  #application(name: string): ApplicationSeries {
    let series = this.#applications.get(name);
    if (series === undefined) {
      const labels = { application: name };
      series = {
        lanes: new Map(),
        good: this.#good.tally(labels),
        abandoned: this.#abandoned.tally(labels),
        received: this.#receivedBytes.tally(labels),
        sent: this.#sentBytes.tally(labels),
      };
      this.#applications.set(name, series);
    }
    return series;
  }

  #lane(application: ApplicationSeries, lane: Lane | 'none'): LaneSeries {
    const labels = { application: application.sent.labels.application, lane };
    const series: LaneSeries = {
      labels,
      byStatus: new Map(),
      byFailure: new Map(),
      byReason: new Map(),
      duration: this.#requestDuration.series(labels),
      queueWait: undefined,
      busy: undefined,
      firstByte: undefined,
    };
    application.lanes.set(lane, series);
    return series;
  }

  #status(series: LaneSeries, raw: number): Tally<'application' | 'lane' | 'code'> {
    // 0: the visitor left before there was a status.
    const status = Number.isInteger(raw) && raw >= 100 && raw <= 599 ? raw : 0;
    let tally = series.byStatus.get(status);
    if (tally === undefined) {
      tally = this.#requests.tally({ ...series.labels, code: status === 0 ? 'none' : String(status) });
      series.byStatus.set(status, tally);
    }
    return tally;
  }

  #failure(series: LaneSeries, raw: string): Tally<'application' | 'lane' | 'failure'> {
    const failure = this.#names.failure.name(raw);
    let tally = series.byFailure.get(failure);
    if (tally === undefined) {
      tally = this.#failures.tally({ ...series.labels, failure });
      series.byFailure.set(failure, tally);
    }
    return tally;
  }

  #reason(
    series: LaneSeries,
    rawPolicy: string,
    rawReason: string,
  ): Tally<'application' | 'policy' | 'lane' | 'reason'> {
    const policy = this.#names.policy.name(rawPolicy);
    const reason = this.#names.reason.name(rawReason);
    let reasons = series.byReason.get(policy);
    if (reasons === undefined) {
      reasons = new Map();
      series.byReason.set(policy, reasons);
    }
    let tally = reasons.get(reason);
    if (tally === undefined) {
      tally = this.#decisions.tally({ ...series.labels, policy, reason });
      reasons.set(reason, tally);
    }
    return tally;
  }
}
