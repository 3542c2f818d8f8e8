/** A connection that the parent holds until a worker has acknowledged it. */
export interface HeldConnection {
  readonly id: number;
  readonly arrivedMs: number;
  /** How many workers it was handed to without an acknowledgement. */
  attempts: number;
}

/** First come, first served; whom a worker failed comes before all others. Nothing is moved when the first one leaves. */
export class ConnectionQueue {
  #items: (HeldConnection | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  /** The one that is next. */
  peek(): HeldConnection | undefined {
    return this.#items[this.#first];
  }

  push(connection: HeldConnection): void {
    this.#items.push(connection);
  }

  pushFront(connection: HeldConnection): void {
    if (this.#first > 0) {
      this.#first -= 1;
      this.#items[this.#first] = connection;
    } else this.#items.unshift(connection);
  }

  shift(): HeldConnection | undefined {
    const connection = this.#items[this.#first];
    if (connection === undefined) return undefined;
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.#first === this.#items.length || this.#first > 1024) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return connection;
  }
}
