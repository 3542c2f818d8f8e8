/** Why a ticket was taken out of the queue without its turn. */
export type TicketRefusal = 'queue_full' | 'queue_congested' | 'queue_timeout';

export interface TicketEvents {
  /** Its turn has come. The turn lasts until `done` is called. */
  turn(done: () => void): void;
  /** It will have no turn. */
  refused(refusal: TicketRefusal): void;
}

/**
 * One request in the admission queue. It owns its way out: exactly one of `turn`, `refused` and leaving.
 *
 *     waiting ──► called ──► done
 *        ├──────► refused          queue full, or waited too long
 *        └──────► left             the visitor went away
 *
 * It is also the node of the list that it waits in.
 */
export class Ticket {
  readonly priority: number;
  /** What its class is guaranteed, 0 to 1. */
  readonly share: number;
  readonly events: TicketEvents;
  readonly joinedMs: number;
  previous: Ticket | undefined;
  next: Ticket | undefined;
  /** What p-queue wants called when the turn has come; set while waiting. */
  run: (() => void) | undefined;

  constructor(priority: number, joinedMs: number, events: TicketEvents, share = 0) {
    this.priority = priority;
    this.share = share;
    this.joinedMs = joinedMs;
    this.events = events;
  }
}
