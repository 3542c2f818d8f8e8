import { Histogram, type Registry } from 'prom-client';
import type { MetricDefinition } from './metric-definitions.ts';

/** A histogram of durations: takes milliseconds, exposes seconds. */
export class ObservedHistogram<const Definition extends MetricDefinition & { buckets: readonly number[] }> {
  readonly #histogram: Histogram;

  constructor(definition: Definition, registry: Registry) {
    this.#histogram = new Histogram({
      name: definition.name,
      help: definition.help,
      labelNames: definition.labels,
      buckets: [...definition.buckets],
      registers: [registry],
    });
  }

  /** Never throws: what is not a duration is passed over. `labels` is kept: the same object each time saves time. */
  observe(labels: Readonly<Record<Definition['labels'][number], string>>, durationMs: number): void {
    if (Number.isFinite(durationMs)) {
      this.#histogram.observe(labels as Record<string, string>, Math.max(0, durationMs) / 1000);
    }
  }
}
