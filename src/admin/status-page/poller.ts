export interface PollerOptions<Answer> {
  readonly ask: () => Promise<Answer>;
  readonly answered: (answer: Answer) => void;
  /** Called for each attempt. */
  readonly failed: (error: unknown) => void;
  /** Runs once after a while; gives what takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** From the end of one question to the next. */
const EVERY_MS = 1000;
/** After a failure. */
const AGAIN_MS = 2000;

/**
 * Asks again and again, one question at a time.
 *
 *     stopped ──start──► asking ──answer or failure──► waiting ──its time──► asking
 *        ▲                  │                             │
 *        └───────stop───────┴─────────────stop────────────┘
 */
export class Poller<Answer> {
  readonly #options: PollerOptions<Answer>;
  #running = false;
  #asking = false;
  #cancel: (() => void) | undefined;

  constructor(options: PollerOptions<Answer>) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    if (!this.#asking) void this.#ask();
  }

  /** An answer that is under way is passed over. */
  stop(): void {
    this.#running = false;
    this.#cancel?.();
  }

  async #ask(): Promise<void> {
    const { ask, answered, failed, after } = this.#options;
    this.#asking = true;
    let delayMs = EVERY_MS;
    try {
      const answer = await ask();
      if (this.#running) answered(answer);
    } catch (error) {
      delayMs = AGAIN_MS;
      if (this.#running) failed(error);
    }
    this.#asking = false;
    if (this.#running) this.#cancel = after(delayMs, () => void this.#ask());
  }
}
