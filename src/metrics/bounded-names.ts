/** Keeps a label's cardinality bounded: the first `most` names pass, every further one becomes `other`. */
export class BoundedNames {
  readonly #most: number;
  readonly #known = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  name(raw: string): string {
    if (this.#known.has(raw)) return raw;
    if (this.#known.size >= this.#most) return 'other';
    this.#known.add(raw);
    return raw;
  }
}
