import type { Queue, QueueAddOptions } from 'p-queue';
import { type ChargedTurn, ClassShares } from './class-shares.ts';
import type { Ticket } from './ticket.ts';
import { TicketList } from './ticket-list.ts';

type Run = () => Promise<unknown>;

export interface TicketOptions extends QueueAddOptions {
  ticket: Ticket;
}

/**
 * The queue class that p-queue takes its jobs from: by priority and guaranteed shares, then oldest or newest first. `size` counts only tickets
 * that still wait, and whoever leaves is taken out at once: p-queue must never find `size > 0` and nothing to run.
 */
export class TicketQueue implements Queue<Run, TicketOptions> {
  /** Highest priority first. Lists stay when empty: policies use few priorities. */
  readonly #lists: TicketList[] = [];
  #size = 0;
  /** Only where a class has a share: then every turn is counted. */
  #shares: ClassShares | undefined;
  newestFirst = false;
  /** Milliseconds, for shares. */
  now: () => number = () => 0;

  get size(): number {
    return this.#size;
  }

  enqueue(run: Run, options?: Partial<TicketOptions>): void {
    const ticket = options?.ticket;
    if (ticket === undefined)
      throw new TypeError('Expected `ticket` among the options of a job of the admission queue');
    ticket.run = run;
    const list = this.#listOf(ticket.priority);
    list.share = ticket.share;
    list.append(ticket);
    this.#size++;
  }

  dequeue(): Run | undefined {
    const list =
      this.#shares?.next(this.#lists, this.now()) ?? this.#lists.find(({ oldest }) => oldest !== undefined);
    const ticket = this.newestFirst ? list?.newest : list?.oldest;
    if (ticket === undefined) return undefined;
    const run = ticket.run as Run | undefined;
    this.remove(ticket);
    return run;
  }

  /** The turn of a ticket begins; nothing to end where no class has a share. */
  beginTurn({ priority, share }: Ticket): ChargedTurn | undefined {
    if (share > 0) this.#shares ??= new ClassShares();
    return this.#shares?.begin(this.#listOf(priority), this.now());
  }

  endTurn(turn: ChargedTurn): void {
    this.#shares?.end(turn, this.now());
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

  /**
   * Who goes so that `ticket` may wait, of `max` places: the oldest of the lowest priority, but a class within its share of the places
   * loses none to others. Nobody where the others are worthier.
   */
  victimFor(ticket: Ticket, max: number): Ticket | undefined {
    const own = this.#listOf(ticket.priority);
    const isEntitled = own.length + 1 <= placesOf(ticket.share, max);
    return this.#lists.findLast((list) => {
      if (list.oldest === undefined) return false;
      if (list === own) return this.newestFirst;
      if (list.length <= placesOf(list.share, max)) return false;
      return list.priority < ticket.priority || isEntitled;
    })?.oldest;
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

/** A share of a few places is at least one: with none nobody of the class would wait, and who does not wait is owed no turn. */
function placesOf(share: number, max: number): number {
  return share === 0 ? 0 : Math.max(1, share * max);
}
