import type { MetricDefinition } from './metric-definitions.ts';
import type { MetricFamily } from './metric-registry.ts';
import { labelsText, numberText, sampleStart } from './series-text.ts';

/** What is not known has no series. The values of the labels are in the order of the definition. */
export type Sample = readonly [value: number | undefined, ...labelValues: string[]];

/** A metric that somebody else keeps: asked for when scraped, and only then. */
export class SampledMetric implements MetricFamily {
  readonly definition: MetricDefinition;
  readonly #ask: () => Iterable<Sample>;

  constructor(definition: MetricDefinition, ask: () => Iterable<Sample>) {
    this.definition = definition;
    this.#ask = ask;
  }

  *samples(): Iterable<string> {
    const { name, labels } = this.definition;
    for (const [value, ...values] of this.#ask()) {
      if (value === undefined || !Number.isFinite(value)) continue;
      yield `${sampleStart(name, labelsText(labels, values))}${numberText(value)}\n`;
    }
  }
}
