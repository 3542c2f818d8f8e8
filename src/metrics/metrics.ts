import { Gauge, Registry } from 'prom-client';
import type { ExchangeRecord, Observer } from '../core/observer.ts';
import { BoundedNames } from './bounded-names.ts';
import type { GatewayState } from './gateway-state.ts';
import { METRIC_DEFINITIONS } from './metric-definitions.ts';
import { type HistogramSeries, ObservedHistogram } from './observed-histogram.ts';
import { type ProcessSource, registerProcessMetrics, THIS_PROCESS } from './process-metrics.ts';
import { type DecisionCount, RequestMetrics } from './request-metrics.ts';
import { StateMetrics } from './state-metrics.ts';
import { TalliedCounter } from './tallied-counter.ts';

export interface MetricsOptions {
  /** Of Spillway. */
  readonly version: string;
  /** Of the runtime. */
  readonly bun: string;
  readonly process?: ProcessSource;
}

/** Everything that is counted and measured of one gateway, in a registry of its own. No method throws. */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #requests: RequestMetrics;
  readonly #state: StateMetrics;
  readonly #refusedRequests;
  readonly #daemonStarts;
  readonly #daemonFailures;
  readonly #daemonStartDuration;
  readonly #policyFaults;
  readonly #reloadSuccessful: Gauge;
  readonly #reloadTime: Gauge;
  readonly #logLinesLost;
  readonly #startDurations = new Map<string, HistogramSeries>();
  readonly #names = { application: new BoundedNames(1000), value: new BoundedNames(200) };
  /** Of the rare counters, by metric and label values. */
  readonly #tallies = new Map<string, { total: number }>();

  constructor({ version, bun, process = THIS_PROCESS }: MetricsOptions) {
    this.#requests = new RequestMetrics(this.#registry);
    this.#refusedRequests = new TalliedCounter(METRIC_DEFINITIONS.refusedRequests, this.#registry);
    this.#state = new StateMetrics(this.#registry);
    this.#daemonStarts = new TalliedCounter(METRIC_DEFINITIONS.daemonStarts, this.#registry);
    this.#daemonFailures = new TalliedCounter(METRIC_DEFINITIONS.daemonFailures, this.#registry);
    this.#daemonStartDuration = new ObservedHistogram(METRIC_DEFINITIONS.daemonStartDuration, this.#registry);
    this.#policyFaults = new TalliedCounter(METRIC_DEFINITIONS.policyFaults, this.#registry);
    this.#logLinesLost = new TalliedCounter(METRIC_DEFINITIONS.logLinesLost, this.#registry);
    const { name, help, labels } = METRIC_DEFINITIONS.buildInfo;
    new Gauge({ name, help, labelNames: labels, registers: [this.#registry] }).set({ version, bun }, 1);
    this.#reloadSuccessful = new Gauge({
      ...gaugeOptions(METRIC_DEFINITIONS.reloadSuccessful),
      registers: [this.#registry],
    });
    this.#reloadTime = new Gauge({
      ...gaugeOptions(METRIC_DEFINITIONS.reloadTime),
      registers: [this.#registry],
    });
    this.reloaded(true, Date.now());
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
  refused(rawCode: string): void {
    const code = this.#names.value.name(rawCode);
    this.#tally(`refused\0${code}`, () => this.#refusedRequests.tally({ code })).total += 1;
  }

  /** An attempt to start an application's daemon has ended: `up`, or a daemon refusal. */
  daemonStarted(rawApplication: string, rawResult: string, durationMs: number): void {
    const application = this.#names.application.name(rawApplication);
    const result = this.#names.value.name(rawResult);
    const key = `start\0${application}\0${result}`;
    this.#tally(key, () => this.#daemonStarts.tally({ application, result })).total += 1;
    if (result !== 'up') return;
    let series = this.#startDurations.get(application);
    if (series === undefined) {
      series = this.#daemonStartDuration.series({ application });
      this.#startDurations.set(application, series);
    }
    series.observe(durationMs);
  }

  /** A daemon that was up is not any more, and nobody wanted that: `died`, `unresponsive`. */
  daemonFailed(rawApplication: string, rawFailure: string): void {
    const application = this.#names.application.name(rawApplication);
    const failure = this.#names.value.name(rawFailure);
    const key = `failure\0${application}\0${failure}`;
    this.#tally(key, () => this.#daemonFailures.tally({ application, failure })).total += 1;
  }

  /** A configuration was put into force, or was not; the start counts as the first. `nowMs`: milliseconds since 1970. */
  reloaded(successful: boolean, nowMs: number): void {
    this.#reloadSuccessful.set(successful ? 1 : 0);
    if (successful) this.#reloadTime.set(nowMs / 1000);
  }

  policyFault(rawApplication: string, rawPolicy: string): void {
    const application = this.#names.application.name(rawApplication);
    const policy = this.#names.value.name(rawPolicy);
    const key = `fault\0${application}\0${policy}`;
    this.#tally(key, () => this.#policyFaults.tally({ application, policy })).total += 1;
  }

  /** Since the start, in no order. */
  decisionCounts(): DecisionCount[] {
    return this.#requests.decisionCounts();
  }

  /** Of `exposition`, the version of the format included. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in Prometheus's text format. */
  exposition(): Promise<string> {
    return this.#registry.metrics();
  }

  #tally(key: string, make: () => { total: number }): { total: number } {
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = make();
      this.#tallies.set(key, tally);
    }
    return tally;
  }
}

function gaugeOptions({ name, help }: { readonly name: string; readonly help: string }) {
  return { name, help };
}
