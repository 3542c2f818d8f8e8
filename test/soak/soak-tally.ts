const mostBreaches = 50;

/** What became of all requests, and every breach of what must hold. */
export class SoakTally {
  sent = 0;
  /** Visibly cut: the bytes that came are no whole answer. */
  cut = 0;
  /** The visitor left, on purpose. */
  left = 0;
  readonly statuses = new Map<number, number>();
  /** Ids of requests that the application answered. */
  readonly answered = new Set<string>();
  readonly breaches: string[] = [];
  #more = 0;

  count(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  breach(what: string): void {
    if (this.breaches.length < mostBreaches) this.breaches.push(what);
    else this.#more++;
  }

  toString(): string {
    const statuses = [...this.statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${times} of ${status}`);
    const more = this.#more > 0 ? [`and ${this.#more} more`] : [];
    return [
      `${this.sent} requests: ${statuses.join(', ')}, ${this.cut} visibly cut, ${this.left} left on purpose`,
      ...(this.breaches.length === 0 ? ['no breach'] : [`${this.breaches.length + this.#more} breaches:`]),
      ...this.breaches.map((breach) => `  ${breach}`),
      ...more,
    ].join('\n');
  }
}
