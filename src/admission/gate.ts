import type { Clock } from '../core/clock.ts';
import { DenseSet } from '../core/dense-set.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Observer } from '../core/observer.ts';
import type { ErrorPage } from '../core/overload-page.ts';
import type { View } from '../core/view.ts';
import type { DecidedRequest } from '../explain/decision-field.ts';
import type { Application } from './application.ts';
import { Passage } from './passage.ts';
import type { Router } from './router.ts';

export interface GateParts {
  readonly clock: Clock;
  /** Asked for every request: a reload may have changed the routes since the last one. */
  readonly routes: () => Router<Application>;
  readonly errorPage: ErrorPage;
  readonly observer: Observer;
  /** Every record is to tell how its decision came about. */
  readonly traced?: boolean;
  /** A field line for the answer to this visitor, which says how it was decided; nothing for nearly all of them. */
  readonly decisionField?: ((view: View, decided: DecidedRequest) => Uint8Array | undefined) | undefined;
  /** Where the files of large bodies and of answers to slow visitors are made. */
  readonly temporaryFolder: string;
  /** A defect that cost a request: told so that it is not lost. */
  readonly onFault: (fault: unknown, exchangeId: string) => void;
}

/** Walks every exchange from its listener through the core to its answer. */
export class Gate {
  readonly #parts: GateParts;
  readonly #passages = new DenseSet<Passage>();
  #idle: (() => void) | undefined;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  handle(exchange: Exchange): void {
    const passage = new Passage(this.#parts, exchange, this.#over);
    this.#passages.add(passage);
    passage.begin();
  }

  readonly #over = (passage: Passage): void => {
    this.#passages.delete(passage);
    if (this.#passages.size === 0) this.#idle?.();
  };

  /** Requests whose answer or work is not over. */
  get inflight(): number {
    return this.#passages.size;
  }

  /** Resolves when no request is under way, or after `graceMs`: what is left then is abandoned. */
  async drain(graceMs: number): Promise<void> {
    if (this.#passages.size === 0) return;
    await new Promise<void>((resolve) => {
      const takeBack = this.#parts.clock.after(graceMs, resolve);
      this.#idle = () => {
        takeBack();
        resolve();
      };
    });
    this.#idle = undefined;
    this.#passages.forEach((passage) => {
      passage.giveUp();
    });
  }
}
