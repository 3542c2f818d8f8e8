import { exemplarText } from './exemplar.ts';
import type { MetricDefinition } from './metric-definitions.ts';
import type { MetricFamily, MetricRegistry } from './metric-registry.ts';
import { labelsText, numberText, sampleStart } from './series-text.ts';

/** One series of a counter. Counting is an addition: `tally.total += 1`. */
export interface Tally<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  /** Never goes down. */
  total: number;
  /** A request that was counted lately, where that is told, and when: milliseconds since 1970. */
  exemplarId: string;
  exemplarAtMs: number;
}

/** A counter that costs an addition where it is counted: its labels are looked up and written once, when a series begins. */
export class TalliedCounter<const Definition extends MetricDefinition> implements MetricFamily {
  readonly definition: Definition;
  readonly #tallies: { readonly start: string; readonly tally: Tally<Definition['labels'][number]> }[] = [];

  constructor(definition: Definition, registry: MetricRegistry) {
    this.definition = definition;
    registry.add(this);
  }

  /** A new series. Whoever counts keeps it, and asks once for one set of labels. */
  tally(labels: Readonly<Record<Definition['labels'][number], string>>): Tally<Definition['labels'][number]> {
    return this.#add({ labels, total: 0, exemplarId: '', exemplarAtMs: 0 });
  }

  /** A series of what somebody else counts: asked when scraped. */
  follow(labels: Readonly<Record<Definition['labels'][number], string>>, total: () => number): void {
    this.#add({
      labels,
      get total() {
        return total();
      },
      exemplarId: '',
      exemplarAtMs: 0,
    });
  }

  get tallies(): readonly Readonly<Tally<Definition['labels'][number]>>[] {
    return this.#tallies.map(({ tally }) => tally);
  }

  *samples(exemplars: boolean): Iterable<string> {
    for (const { start, tally } of this.#tallies) {
      const exemplar = exemplars ? exemplarText(tally.exemplarId, 1, tally.exemplarAtMs) : '';
      yield `${start}${numberText(tally.total)}${exemplar}\n`;
    }
  }

  #add(tally: Tally<Definition['labels'][number]>): Tally<Definition['labels'][number]> {
    const { name, labels } = this.definition;
    const values: Readonly<Record<string, string>> = tally.labels;
    const start = sampleStart(
      name,
      labelsText(
        labels,
        labels.map((label) => values[label] ?? ''),
      ),
    );
    this.#tallies.push({ start, tally });
    return tally;
  }
}
