import type { ByteSink, FlowFailure } from '../../src/core/byte-flow.ts';
import type { RequestBody } from '../../src/core/exchange.ts';

/** A body that comes as a test says: chunks whenever they are wanted, then an end. */
export class FakeSource implements RequestBody {
  readonly length: number | undefined;
  sink: ByteSink | undefined;
  opened = 0;
  #chunks: Uint8Array[];
  readonly #ending: 'end' | 'never' | FlowFailure;
  #held = false;
  /** How often it was told to hold back. */
  holds = 0;

  constructor(chunks: readonly Uint8Array[], ending: 'end' | 'never' | FlowFailure, length?: number) {
    this.#chunks = [...chunks];
    this.#ending = ending;
    this.length = length;
  }

  open(sink: ByteSink): void {
    this.opened += 1;
    this.sink = sink;
    this.#flow();
  }

  resume(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#flow();
  }

  get left(): number {
    return this.#chunks.length;
  }

  #flow(): void {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      if (!this.sink?.write(chunk)) {
        this.#held = true;
        this.holds += 1;
        return;
      }
    }
    if (this.#ending === 'end') this.sink?.end();
    else if (this.#ending !== 'never') this.sink?.fail(this.#ending);
  }
}
