import { closeSync, openSync } from 'node:fs';

/** Descriptors that must be left for accepting to make sense: a connection wants a program, pipes and perhaps a file. */
const reserve = 16;

/**
 * How many connections all listeners may have together. At the bound the listeners stop accepting: a listener that finds no descriptor
 * would be woken without end (Bun accepts until it fails, and the kernel goes on saying that somebody waits).
 *
 *     open ──bound reached, or no descriptor left──► full ──a sixteenth has left, and descriptors are there──► open
 */
export class ConnectionBudget {
  readonly #max: number;
  readonly #descriptorsLeft: () => boolean;
  readonly #listeners = new Set<(full: boolean) => void>();
  #taken = 0;
  #full = false;
  /** No descriptor was left, whoever has them. Looked at anew by `check`. */
  #exhausted = false;

  constructor(max: number, descriptorsLeft: () => boolean = canOpen) {
    this.#max = max;
    this.#descriptorsLeft = descriptorsLeft;
  }

  get full(): boolean {
    return this.#full;
  }

  take(): void {
    this.#taken++;
    this.#settle();
  }

  give(): void {
    this.#taken--;
    this.#settle();
  }

  /** To be called a few times a second: finds out whether there are descriptors. */
  check(): void {
    this.#exhausted = !this.#descriptorsLeft();
    this.#settle();
  }

  /** Somebody wanted to accept again and could not. */
  exhausted(): void {
    this.#exhausted = true;
    this.#settle();
  }

  /** `told` is called whenever it becomes full, or is not any more; the returned function ends that. */
  onChange(told: (full: boolean) => void): () => void {
    this.#listeners.add(told);
    return () => this.#listeners.delete(told);
  }

  #settle(): void {
    const bound = this.#full ? this.#max - Math.max(1, Math.floor(this.#max / 16)) : this.#max - 1;
    const full = this.#exhausted || this.#taken > bound;
    if (full === this.#full) return;
    this.#full = full;
    for (const told of this.#listeners) told(full);
  }
}

function canOpen(): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < reserve) opened.push(openSync('/dev/null', 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
