import type { Random } from '../core/random.ts';
import { isHungUp } from './is-hung-up.ts';
import type { ShedReason } from './pool-effects.ts';
import { refusalAnswer } from './refusal-answer.ts';
import { socketCalls } from './socket-calls.ts';

export interface HeldConnectionsOptions {
  /** Answers and closes; the descriptor goes over. */
  readonly refuse: (descriptor: number, answer: string) => void;
  /** A descriptor was closed here. */
  readonly closed: () => void;
  readonly random: Random;
}

/** The descriptors of connections that no worker has acknowledged, by the numbers that the pool knows them by. */
export class HeldConnections {
  readonly #options: HeldConnectionsOptions;
  readonly #descriptors = new Map<number, number>();
  #next = 1;

  constructor(options: HeldConnectionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#descriptors.size;
  }

  /** Takes the descriptor over; returns the number of its connection. */
  hold(descriptor: number): number {
    const connection = this.#next;
    this.#next += 1;
    this.#descriptors.set(connection, descriptor);
    return connection;
  }

  descriptor(connection: number): number | undefined {
    return this.#descriptors.get(connection);
  }

  /** Whether nobody is at the other end any more. */
  isAbandoned(connection: number): boolean {
    const descriptor = this.#descriptors.get(connection);
    return descriptor === undefined || isHungUp(descriptor);
  }

  refuse(connection: number, reason: ShedReason): void {
    const descriptor = this.#descriptors.get(connection);
    if (descriptor === undefined) return;
    this.#descriptors.delete(connection);
    // Not all are to come back at the same moment.
    const afterSeconds = 1 + Math.floor(this.#options.random() * 5);
    this.#options.refuse(descriptor, refusalAnswer(reason, afterSeconds));
  }

  close(connection: number): void {
    const descriptor = this.#descriptors.get(connection);
    if (descriptor === undefined) return;
    this.#descriptors.delete(connection);
    socketCalls().close(descriptor);
    this.#options.closed();
  }
}
