import type { PageElement } from './dom.ts';

/** Of one entry: its element, made once, and how it is brought up to date. */
export interface View<Entry> {
  readonly root: PageElement;
  show(entry: Entry): void;
}

/**
 * The children of an element, one for each entry of a list. An entry keeps its element as long as it keeps its key, so that focus, selection and
 * what was opened survive every update.
 */
export class KeyedList<Entry> {
  readonly #parent: PageElement;
  readonly #keyOf: (entry: Entry) => string;
  readonly #make: (entry: Entry) => View<Entry>;
  #views = new Map<string, View<Entry>>();

  constructor(parent: PageElement, keyOf: (entry: Entry) => string, make: (entry: Entry) => View<Entry>) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  show(entries: readonly Entry[]): void {
    const before = this.#views;
    this.#views = new Map();
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      const view = before.get(key) ?? this.#make(entry);
      before.delete(key);
      this.#views.set(key, view);
    }
    for (const gone of before.values()) gone.root.remove();
    let place = 0;
    for (const entry of entries) {
      const view = this.#views.get(this.#keyOf(entry));
      if (view === undefined) continue;
      view.show(entry);
      const there = this.#parent.children[place] ?? null;
      if (there !== view.root) this.#parent.insertBefore(view.root, there);
      place += 1;
    }
  }
}
