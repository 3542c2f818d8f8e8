import { Counter, type Registry } from 'prom-client';
import type { MetricDefinition } from './metric-definitions.ts';

/** One series of a counter. Counting is an addition: `tally.total += 1`. */
export interface Tally<Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  /** Never goes down. */
  total: number;
}

/**
 * A counter that costs an addition where it is counted: prom-client, which looks up and checks the labels at each call,
 * hears of it only when scraped.
 */
export class TalliedCounter<const Definition extends MetricDefinition> {
  readonly #tallies: (Tally<Definition['labels'][number]> & { exposed: number })[] = [];

  constructor(definition: Definition, registry: Registry) {
    const counter: Counter = new Counter({
      name: definition.name,
      help: definition.help,
      labelNames: definition.labels,
      registers: [registry],
      collect: () => {
        for (const tally of this.#tallies) {
          const { labels, total, exposed } = tally;
          counter.inc(labels as Record<string, string>, total - exposed);
          tally.exposed = total;
        }
      },
    });
  }

  /** A new series. Whoever counts keeps it, and asks once for one set of labels. */
  tally(labels: Readonly<Record<Definition['labels'][number], string>>): Tally<Definition['labels'][number]> {
    const tally = { labels, total: 0, exposed: 0 };
    this.#tallies.push(tally);
    return tally;
  }

  /** A series of what somebody else counts: asked when scraped. */
  follow(labels: Readonly<Record<Definition['labels'][number], string>>, total: () => number): void {
    this.#tallies.push({
      labels,
      get total() {
        return total();
      },
      exposed: 0,
    });
  }

  get tallies(): readonly Readonly<Tally<Definition['labels'][number]>>[] {
    return this.#tallies;
  }
}
