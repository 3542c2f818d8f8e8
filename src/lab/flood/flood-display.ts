import type { Clock } from '../../core/clock.ts';
import { type GatewaySight, lookAtGateway } from './gateway-sight.ts';
import type { PhaseTally } from './phase-tally.ts';
import { progressLine } from './progress-line.ts';

const LOOK_EVERY_MS = 250;
/** A gateway under flood answers late; later than this it is not worth waiting for. */
const LOOK_TIMEOUT_MS = 1000;

export interface FloodDisplayOptions {
  readonly admin?: string | undefined;
  readonly write: (text: string) => void;
  /** One line, written anew each time; else one line after the other. */
  readonly isTerminal: boolean;
  readonly clock: Clock;
}

/** Shows how a flood goes on, four times a second. */
export class FloodDisplay {
  readonly #options: FloodDisplayOptions;
  readonly #startMs: number;
  #tally: PhaseTally | undefined;
  #shownMs: number;
  #offered = 0;
  #answered = 0;
  #before: GatewaySight | undefined;
  #ended = false;

  constructor(options: FloodDisplayOptions) {
    this.#options = options;
    this.#startMs = options.clock.now();
    this.#shownMs = this.#startMs;
  }

  /** From now on it shows this phase; what was shown of the one before stays on the terminal. */
  enter(tally: PhaseTally): void {
    const first = this.#tally === undefined;
    this.#tally = tally;
    this.#offered = 0;
    this.#answered = 0;
    if (first) void this.#go();
    else if (this.#options.isTerminal) this.#options.write('\n');
  }

  look(): Promise<GatewaySight | undefined> {
    const { admin } = this.#options;
    return admin === undefined ? Promise.resolve(undefined) : lookAtGateway(admin, LOOK_TIMEOUT_MS);
  }

  end(): void {
    this.#ended = true;
    if (this.#options.isTerminal) this.#options.write('\n');
  }

  async #go(): Promise<void> {
    this.#before = await this.look();
    while (!this.#ended) {
      await new Promise<void>((resolve) => this.#options.clock.after(LOOK_EVERY_MS, resolve));
      const sight = await this.look();
      if (!this.#ended) this.#show(sight);
    }
  }

  #show(sight: GatewaySight | undefined): void {
    const tally = this.#tally;
    if (tally === undefined) return;
    const { clock, isTerminal, write } = this.#options;
    const nowMs = clock.now();
    const answered = tally.answered + tally.shed;
    const line = progressLine({
      phase: tally.phase.name,
      elapsedMs: nowMs - this.#startMs,
      sinceMs: nowMs - this.#shownMs,
      offered: tally.offered - this.#offered,
      answered: answered - this.#answered,
      sight,
      before: this.#before,
    });
    // Return, and erase what the line before had more.
    write(isTerminal ? `\r${line}\x1b[K` : `${line}\n`);
    this.#shownMs = nowMs;
    this.#offered = tally.offered;
    this.#answered = answered;
    this.#before = sight ?? this.#before;
  }
}
