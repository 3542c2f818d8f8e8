import type { Lane } from '../core/lane.ts';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import { BoundedCounter } from './bounded-counter.ts';
import { BoundedNames } from './bounded-names.ts';
import type { GatewayState } from './gateway-state.ts';
import { METRIC_DEFINITIONS } from './metric-definitions.ts';
import { MetricRegistry } from './metric-registry.ts';
import { negotiateFormat } from './negotiate-format.ts';
import { type HistogramSeries, ObservedHistogram } from './observed-histogram.ts';
import { type ProcessSource, registerProcessMetrics, THIS_PROCESS } from './process-metrics.ts';
import { type DecisionCount, RequestMetrics } from './request-metrics.ts';
import { type Sample, SampledMetric } from './sampled-metric.ts';
import { StateMetrics } from './state-metrics.ts';
import { TalliedCounter } from './tallied-counter.ts';

export interface MetricsOptions {
  /** Of Spillway. */
  readonly version: string;
  /** Of the runtime. */
  readonly bun: string;
  readonly process?: ProcessSource;
  /** Upper bounds of the histograms of requests, rising. */
  readonly bucketsMs?: readonly number[] | undefined;
  /** An answer that came within this time counts as goodput. */
  readonly goodWithinMs?: number;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

export interface Exposition {
  readonly contentType: string;
  /** UTF-8. */
  readonly bytes: Uint8Array;
}

/** Everything that is counted and measured of one gateway, in a registry of its own. No method throws. */
export class Metrics implements Observer {
  readonly #registry = new MetricRegistry();
  readonly #requests: RequestMetrics;
  readonly #state: StateMetrics;
  readonly #refusedRequests;
  readonly #daemonStarts;
  readonly #daemonFailures;
  readonly #daemonStartDuration;
  readonly #policyFaults;
  #overrides: () => Iterable<Sample> = () => [];
  #reloadSuccessful = 1;
  #reloadedMs: number;
  readonly #dryRunSheds;
  readonly #shadowDecisions;
  readonly #shadowFaults;
  readonly #busEvents;
  readonly #busRefused;
  readonly #logLinesLost;
  readonly #startDurations = new Map<string, HistogramSeries>();
  readonly #startNames = new BoundedNames(1000);

  constructor(options: MetricsOptions) {
    const { version, bun, process = THIS_PROCESS, bucketsMs, wallClock = Date.now } = options;
    const registry = this.#registry;
    // OpenMetrics wants it before all others.
    registry.add(
      new SampledMetric(METRIC_DEFINITIONS.targetInfo, () => [[1, 'spillway', version, 'bun', bun]]),
    );
    this.#requests = new RequestMetrics(registry, {
      bucketsMs,
      goodWithinMs: options.goodWithinMs ?? 1000,
      wallClock,
    });
    this.#refusedRequests = new BoundedCounter(METRIC_DEFINITIONS.refusedRequests, registry);
    this.#state = new StateMetrics(registry);
    this.#daemonStarts = new BoundedCounter(METRIC_DEFINITIONS.daemonStarts, registry);
    this.#daemonFailures = new BoundedCounter(METRIC_DEFINITIONS.daemonFailures, registry);
    this.#daemonStartDuration = new ObservedHistogram(METRIC_DEFINITIONS.daemonStartDuration, registry);
    this.#policyFaults = new BoundedCounter(METRIC_DEFINITIONS.policyFaults, registry);
    this.#dryRunSheds = new BoundedCounter(METRIC_DEFINITIONS.dryRunSheds, registry);
    this.#shadowDecisions = new BoundedCounter(METRIC_DEFINITIONS.shadowDecisions, registry);
    this.#shadowFaults = new BoundedCounter(METRIC_DEFINITIONS.shadowFaults, registry);
    this.#busEvents = new BoundedCounter(METRIC_DEFINITIONS.busEvents, registry);
    this.#busRefused = new BoundedCounter(METRIC_DEFINITIONS.busRefused, registry);
    this.#logLinesLost = new TalliedCounter(METRIC_DEFINITIONS.logLinesLost, registry);
    this.#reloadedMs = wallClock();
    registry.add(new SampledMetric(METRIC_DEFINITIONS.parameterOverrides, () => this.#overrides()));
    registry.add(new SampledMetric(METRIC_DEFINITIONS.reloadSuccessful, () => [[this.#reloadSuccessful]]));
    registry.add(new SampledMetric(METRIC_DEFINITIONS.reloadTime, () => [[this.#reloadedMs / 1000]]));
    registry.add(new SampledMetric(METRIC_DEFINITIONS.buildInfo, () => [[1, version, bun]]));
    registerProcessMetrics(this.#registry, process);
  }

  /** From now on the gauges tell of this gateway. */
  watch(state: GatewayState): void {
    this.#state.watch(state);
  }

  finished(record: ExchangeRecord): void {
    this.#requests.finished(record);
  }

  /** `lost` tells, whenever it is asked, how many lines each log has lost so far. */
  watchLogs(lost: () => Readonly<Record<string, number>>): void {
    for (const log of Object.keys(lost())) {
      this.#logLinesLost.follow({ log }, () => lost()[log] ?? 0);
    }
  }

  /** Malformed HTTP, refused before it became an exchange: the refusal's code. */
  refused(code: string): void {
    this.#refusedRequests.count(code);
  }

  /** An attempt to start an application's daemon has ended: `up`, or a daemon refusal. */
  daemonStarted(rawApplication: string, result: string, durationMs: number): void {
    this.#daemonStarts.count(rawApplication, result);
    if (result !== 'up') return;
    const application = this.#startNames.name(rawApplication);
    let series = this.#startDurations.get(application);
    if (series === undefined) {
      series = this.#daemonStartDuration.series({ application });
      this.#startDurations.set(application, series);
    }
    series.observe(durationMs);
  }

  /** A daemon that was up is not any more, and nobody wanted that: `died`, `unresponsive`. */
  daemonFailed(application: string, failure: string): void {
    this.#daemonFailures.count(application, failure);
  }

  /** A configuration was put into force, or was not; the start counts as the first. `nowMs`: milliseconds since 1970. */
  reloaded(successful: boolean, nowMs: number): void {
    this.#reloadSuccessful = successful ? 1 : 0;
    if (successful) this.#reloadedMs = nowMs;
  }

  policyFault(application: string, policy: string): void {
    this.#policyFaults.count(application, policy);
  }

  /** A policy in a dry run would have shed a request. */
  dryShed(application: string, policy: string, reason: string): void {
    this.#dryRunSheds.count(application, policy, reason);
  }

  /** What became of a request, and what the shadow would have done with it. */
  shadowDecision(application: string, policy: string, liveLane: Lane, shadowLane: Lane): void {
    this.#shadowDecisions.count(application, policy, liveLane, shadowLane);
  }

  shadowFault(application: string, policy: string): void {
    this.#shadowFaults.count(application, policy);
  }

  /** `overrides` tells, whenever it is asked, what is set for a while and how many seconds more. */
  watchOverrides(overrides: () => Iterable<Sample>): void {
    this.#overrides = overrides;
  }

  /** An event that came from outside the process; an operator has no name. */
  busEvent(application: string, scope: string, event: string): void {
    this.#busEvents.count(application, scope, event);
  }

  busRefused(application: string, reason: string): void {
    this.#busRefused.count(application, reason);
  }

  /** Since the start, in no order. */
  decisionCounts(): DecisionCount[] {
    return this.#requests.decisionCounts();
  }

  /** Everything, in the format that the Accept field asks for: OpenMetrics, or Prometheus's text. */
  async exposition(accept?: string): Promise<Exposition> {
    const format = negotiateFormat(accept);
    return { contentType: format.contentType, bytes: await this.#registry.exposition(format) };
  }
}
