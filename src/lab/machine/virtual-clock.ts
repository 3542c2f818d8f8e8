import type { Clock } from '../../core/clock.ts';

interface Timer {
  readonly dueMs: number;
  /** Timers due at the same instant run in the order in which they were set. */
  readonly order: number;
  readonly action: () => void;
  /** One that was taken back stays in the heap until its time comes. */
  state: 'waiting' | 'ran' | 'taken-back';
}

/** A clock that only moves when told to. Starts at 0 unless said otherwise. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #set = 0;
  /** A binary heap: the earliest timer first. */
  readonly #timers: Timer[] = [];
  #waiting = 0;

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer: Timer = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#set++,
      action,
      state: 'waiting',
    };
    this.#push(timer);
    this.#waiting += 1;
    return () => {
      if (timer.state !== 'waiting') return;
      timer.state = 'taken-back';
      this.#waiting -= 1;
    };
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#waiting;
  }

  /** Moves on by `ms`; runs every timer that falls due on the way at its own instant, those set meanwhile included. */
  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  /** The same, to an instant. */
  advanceTo(instantMs: number): void {
    for (
      let first = this.#timers[0];
      first !== undefined && first.dueMs <= instantMs;
      first = this.#timers[0]
    ) {
      this.#pop();
      if (first.state === 'taken-back') continue;
      first.state = 'ran';
      this.#waiting -= 1;
      this.#nowMs = Math.max(this.#nowMs, first.dueMs);
      first.action();
    }
    this.#nowMs = Math.max(this.#nowMs, instantMs);
  }

  /** `advance`, and lets promises settle before each timer and at the end: for code that awaits. */
  async advanceAsync(ms: number): Promise<void> {
    const instantMs = this.#nowMs + ms;
    await settle();
    for (
      let first = this.#timers[0];
      first !== undefined && first.dueMs <= instantMs;
      first = this.#timers[0]
    ) {
      this.advanceTo(first.dueMs);
      await settle();
    }
    this.advanceTo(instantMs);
    await settle();
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !earlier(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && earlier(right, below)) {
        child += 1;
        below = right;
      }
      if (!earlier(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function earlier(a: Timer, b: Timer): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}

/** More turns than any chain of promises in these tests is long. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 32; turn += 1) await Promise.resolve();
}
