import type { View } from '../core/view.ts';

/** A view that knows whether anybody has looked: what was decided without a look holds for every request of this moment. */
export class WatchedView implements View {
  readonly #view: View;
  looked = false;

  constructor(view: View) {
    this.#view = view;
  }

  meta(name: string): string | undefined {
    this.looked = true;
    return this.#view.meta(name);
  }

  entries(): Iterable<readonly [string, string]> {
    this.looked = true;
    return this.#view.entries();
  }
}
