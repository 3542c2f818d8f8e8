import { closeSync, openSync } from 'node:fs';

/** Descriptors that must be left for accepting to make sense: a connection wants a program, pipes and perhaps a file. */
const reserve = 16;
/** With so many left there is room for half of them. */
const plenty = 64;

/**
 * How many connections all listeners may have together. At the bound the listeners stop accepting: a listener that finds no descriptor
 * would be woken without end (Bun accepts until it fails, and the kernel goes on saying that somebody waits).
 *
 *     open ──bound reached──► full ──a sixteenth has left──► open
 *
 * The bound is the operator's; where descriptors run out before it, what the process turned out to bear, less a reserve, and from there
 * it grows again as long as descriptors are found.
 */
export class ConnectionBudget {
  readonly #max: number;
  readonly #descriptorsLeft: (atMost: number) => number;
  readonly #listeners = new Set<(full: boolean) => void>();
  #bound: number;
  #taken = 0;
  #full = false;
  /** No descriptor was left, whoever has them. Looked at anew by `check`. */
  #exhausted = false;

  constructor(max: number, descriptorsLeft: (atMost: number) => number = countDescriptorsLeft) {
    this.#max = max;
    this.#bound = max;
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
    const left = this.#descriptorsLeft(this.#bound < this.#max ? plenty : reserve);
    if (left < reserve) return this.exhausted();
    this.#exhausted = false;
    if (this.#bound < this.#max)
      this.#bound = Math.min(this.#max, this.#bound + (left < plenty ? 1 : plenty / 2));
    this.#settle();
  }

  /** Somebody wanted to accept and could not. */
  exhausted(): void {
    this.#exhausted = true;
    this.#bound = Math.max(1, Math.min(this.#bound, this.#taken - reserve));
    this.#settle();
  }

  /** `told` is called whenever it becomes full, or is not any more; the returned function ends that. */
  onChange(told: (full: boolean) => void): () => void {
    this.#listeners.add(told);
    return () => this.#listeners.delete(told);
  }

  #settle(): void {
    const most = this.#full ? this.#bound - Math.max(1, Math.floor(this.#bound / 16)) : this.#bound - 1;
    const full = this.#exhausted || this.#taken > most;
    if (full === this.#full) return;
    this.#full = full;
    for (const told of this.#listeners) told(full);
  }
}

function countDescriptorsLeft(atMost: number): number {
  const opened: number[] = [];
  try {
    while (opened.length < atMost) opened.push(openSync('/dev/null', 'r'));
  } catch {
    // So many and no more.
  }
  for (const descriptor of opened) closeSync(descriptor);
  return opened.length;
}
