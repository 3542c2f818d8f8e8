import type { Metric, Registry } from 'prom-client';
import type { MetricDefinition } from './metric-definitions.ts';

/** One series of a histogram: takes milliseconds, exposes seconds. */
export interface HistogramSeries {
  /** Never throws: what is not a duration is passed over. */
  observe(durationMs: number): void;
}

/**
 * A histogram of durations that costs a search and two additions where it is fed: prom-client, which hashes and checks the labels at
 * each call, hears of it only when scraped.
 */
export class ObservedHistogram<const Definition extends MetricDefinition & { buckets: readonly number[] }> {
  readonly #definition: Definition;
  readonly #boundsMs: readonly number[];
  readonly #series: Series[] = [];

  constructor(definition: Definition, registry: Registry) {
    this.#definition = definition;
    this.#boundsMs = definition.buckets.map((seconds) => seconds * 1000);
    const metric = { name: definition.name, get: async () => this.#exposed(), reset: () => {} };
    registry.registerMetric(metric as unknown as Metric);
  }

  /** A new series. Whoever feeds it keeps it, and asks once for one set of labels. */
  series(labels: Readonly<Record<Definition['labels'][number], string>>): HistogramSeries {
    const series = new Series(this.#boundsMs, labels);
    this.#series.push(series);
    return series;
  }

  /** As prom-client's registry wants it: cumulative buckets, then sum and count, for each series. */
  #exposed() {
    const { name, help, buckets } = this.#definition;
    const values: { value: number; metricName: string; labels: Record<string, string | number> }[] = [];
    for (const { labels, counts, sumMs } of this.#series) {
      let cumulative = 0;
      for (const [index, count] of counts.entries()) {
        cumulative += count;
        const le = buckets[index] ?? '+Inf';
        values.push({ value: cumulative, metricName: `${name}_bucket`, labels: { le, ...labels } });
      }
      values.push({ value: sumMs / 1000, metricName: `${name}_sum`, labels });
      values.push({ value: cumulative, metricName: `${name}_count`, labels });
    }
    return { name, help, type: 'histogram', values, aggregator: 'sum' };
  }
}

class Series implements HistogramSeries {
  readonly labels: Record<string, string>;
  /** By bucket, not cumulative; the last one is for what is over all bounds. */
  readonly counts: number[];
  readonly #boundsMs: readonly number[];
  sumMs = 0;

  constructor(boundsMs: readonly number[], labels: Readonly<Record<string, string>>) {
    this.#boundsMs = boundsMs;
    this.labels = labels;
    this.counts = new Array<number>(boundsMs.length + 1).fill(0);
  }

  observe(durationMs: number): void {
    if (!Number.isFinite(durationMs)) return;
    const observedMs = Math.max(0, durationMs);
    let bucket = 0;
    while (bucket < this.#boundsMs.length && observedMs > (this.#boundsMs[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sumMs += observedMs;
  }
}
