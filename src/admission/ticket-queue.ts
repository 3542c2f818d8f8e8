import type { Queue, QueueAddOptions } from 'p-queue';
import type { Ticket } from './ticket.ts';
import { TicketList } from './ticket-list.ts';

type Run = () => Promise<unknown>;

export interface TicketOptions extends QueueAddOptions {
  ticket: Ticket;
}

/**
 * The queue class that p-queue takes its jobs from: by priority, then oldest or newest first. `size` counts only tickets that
 * still wait, and whoever leaves is taken out at once: p-queue must never find `size > 0` and nothing to run.
 */
export class TicketQueue implements Queue<Run, TicketOptions> {
  /** Highest priority first. Lists stay when empty: policies use few priorities. */
  readonly #lists: TicketList[] = [];
  #size = 0;
  newestFirst = false;

  get size(): number {
    return this.#size;
  }

  enqueue(run: Run, options?: Partial<TicketOptions>): void {
    const ticket = options?.ticket;
    if (ticket === undefined)
      throw new TypeError('Expected `ticket` among the options of a job of the admission queue');
    ticket.run = run;
    this.#listOf(ticket.priority).append(ticket);
    this.#size++;
  }

  dequeue(): Run | undefined {
    for (const list of this.#lists) {
      const ticket = this.newestFirst ? list.newest : list.oldest;
      if (ticket === undefined) continue;
      const run = ticket.run as Run | undefined;
      this.remove(ticket);
      return run;
    }
    return undefined;
  }

  /** Takes a waiting ticket out; p-queue then never runs its job. False where it does not wait any more. */
  remove(which: Ticket | string | Run): boolean {
    if (typeof which !== 'object' || which.run === undefined) return false;
    which.run = undefined;
    this.#listOf(which.priority).remove(which);
    this.#size--;
    return true;
  }

  /** The ticket that has waited longest, over all priorities. */
  oldest(): Ticket | undefined {
    let oldest: Ticket | undefined;
    for (const list of this.#lists) {
      if (list.oldest !== undefined && (oldest === undefined || list.oldest.joinedMs < oldest.joinedMs))
        oldest = list.oldest;
    }
    return oldest;
  }

  /** Who goes when somebody has to: the oldest of the lowest priority. */
  leastWorthy(): Ticket | undefined {
    return this.#lists.findLast((list) => list.oldest !== undefined)?.oldest;
  }

  /** p-queue's listing of jobs by option; tickets have none to list by. */
  filter(): Run[] {
    return [];
  }

  setPriority(): void {
    throw new TypeError('The priority of a ticket is fixed when it joins the queue');
  }

  #listOf(priority: number): TicketList {
    let at = 0;
    for (const list of this.#lists) {
      if (list.priority === priority) return list;
      if (list.priority > priority) at++;
    }
    const list = new TicketList(priority);
    this.#lists.splice(at, 0, list);
    return list;
  }
}
