import { EXEMPLAR_HOLD_MS, exemplarText } from './exemplar.ts';
import type { MetricDefinition } from './metric-definitions.ts';
import type { MetricFamily, MetricRegistry } from './metric-registry.ts';
import { boundText, labelsText } from './series-text.ts';

/** One series of a histogram: takes milliseconds, exposes seconds. */
export interface HistogramSeries {
  /**
   * Never throws: what is not a duration is passed over. `requestId` and when (milliseconds since 1970) make the exemplar of the bucket;
   * without an id there is none.
   */
  observe(durationMs: number, requestId?: string, atMs?: number): void;
}

/** A histogram of durations that costs a search and two additions where it is fed, and is added up when scraped. */
export class ObservedHistogram<const Definition extends MetricDefinition & { buckets: readonly number[] }>
  implements MetricFamily
{
  readonly definition: Definition;
  readonly #boundsMs: readonly number[];
  /** Of the samples of a series, up to its labels: a line for each bucket, the last one for what is over all bounds. */
  readonly #starts: readonly string[];
  readonly #series: Series[] = [];

  /** `bucketsMs`: in place of those of the definition, rising. */
  constructor(definition: Definition, registry: MetricRegistry, bucketsMs?: readonly number[]) {
    this.definition = definition;
    this.#boundsMs = bucketsMs ?? definition.buckets.map((seconds) => seconds * 1000);
    const bounds = [...this.#boundsMs.map((ms) => boundText(ms / 1000)), '+Inf'];
    this.#starts = bounds.map((bound) => `${definition.name}_bucket{le="${bound}",`);
    registry.add(this);
  }

  /** A new series. Whoever feeds it keeps it, and asks once for one set of labels. */
  series(labels: Readonly<Record<Definition['labels'][number], string>>): HistogramSeries {
    const names: readonly string[] = this.definition.labels;
    const values: Readonly<Record<string, string>> = labels;
    const text = labelsText(
      names,
      names.map((name) => values[name] ?? ''),
    );
    const series = new Series(this.#boundsMs, text);
    this.#series.push(series);
    return series;
  }

  *samples(exemplars: boolean): Iterable<string> {
    const { name } = this.definition;
    for (const series of this.#series) {
      const rest = `${series.labels}} `;
      let lines = '';
      let cumulative = 0;
      for (let bucket = 0; bucket < series.counts.length; bucket += 1) {
        cumulative += series.counts[bucket] ?? 0;
        lines += `${this.#starts[bucket]}${rest}${cumulative}${exemplars ? series.exemplar(bucket) : ''}\n`;
      }
      yield `${lines}${name}_sum{${rest}${series.sumMs / 1000}\n${name}_count{${rest}${cumulative}\n`;
    }
  }
}

class Series implements HistogramSeries {
  readonly labels: string;
  /** By bucket, not cumulative; the last one is for what is over all bounds. */
  readonly counts: number[];
  readonly #boundsMs: readonly number[];
  sumMs = 0;
  // A late request of each bucket, in three arrays so that none is made for each request.
  readonly #ids: string[] = [];
  readonly #valuesMs: number[] = [];
  readonly #timesMs: number[] = [];

  constructor(boundsMs: readonly number[], labels: string) {
    this.#boundsMs = boundsMs;
    this.labels = labels;
    this.counts = new Array<number>(boundsMs.length + 1).fill(0);
    this.#ids = new Array<string>(boundsMs.length + 1).fill('');
    this.#valuesMs = new Array<number>(boundsMs.length + 1).fill(0);
    this.#timesMs = new Array<number>(boundsMs.length + 1).fill(0);
  }

  observe(durationMs: number, requestId = '', atMs = 0): void {
    if (!Number.isFinite(durationMs)) return;
    const observedMs = Math.max(0, durationMs);
    let bucket = 0;
    while (bucket < this.#boundsMs.length && observedMs > (this.#boundsMs[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sumMs += observedMs;
    if (requestId === '' || atMs - (this.#timesMs[bucket] ?? 0) < EXEMPLAR_HOLD_MS) return;
    this.#ids[bucket] = requestId;
    this.#valuesMs[bucket] = observedMs;
    this.#timesMs[bucket] = atMs;
  }

  exemplar(bucket: number): string {
    return exemplarText(
      this.#ids[bucket] ?? '',
      (this.#valuesMs[bucket] ?? 0) / 1000,
      this.#timesMs[bucket] ?? 0,
    );
  }
}
