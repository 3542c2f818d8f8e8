import { BoundedNames } from './bounded-names.ts';
import type { MetricDefinition } from './metric-definitions.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { TalliedCounter } from './tallied-counter.ts';

/** How many values a label may have before the rest becomes `other`. All are closed sets: this is the fail-safe. */
const MOST: Readonly<Record<string, number>> = { application: 1000, event: 100 };
const MOST_OF_OTHERS = 200;

/** A counter of what is rare: its series are looked up by their labels each time. */
export class BoundedCounter<const Definition extends MetricDefinition> {
  readonly #labels: readonly string[];
  readonly #counter: TalliedCounter<Definition>;
  readonly #names: readonly BoundedNames[];
  readonly #tallies = new Map<string, { total: number }>();

  constructor(definition: Definition, registry: MetricRegistry) {
    this.#labels = definition.labels;
    this.#counter = new TalliedCounter(definition, registry);
    this.#names = definition.labels.map((label) => new BoundedNames(MOST[label] ?? MOST_OF_OTHERS));
  }

  /** One more. The values are those of all labels, in the order of the definition. */
  count(...values: readonly string[]): void {
    const bounded = this.#names.map((names, index) => names.name(values[index] ?? ''));
    const key = bounded.join('\0');
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const labels = Object.fromEntries(this.#labels.map((label, index) => [label, bounded[index] ?? '']));
      tally = this.#counter.tally(labels as Readonly<Record<Definition['labels'][number], string>>);
      this.#tallies.set(key, tally);
    }
    tally.total += 1;
  }
}
