import type { Ticket } from './ticket.ts';

/**
 * The tickets of one priority in order of arrival: a class of requests. Every operation takes constant time: floods make long lists.
 */
export class TicketList {
  readonly priority: number;
  oldest: Ticket | undefined;
  newest: Ticket | undefined;
  length = 0;
  /** What the class is guaranteed while requests wait, 0 to 1. */
  share = 0;
  /** Slot time that it has had lately, milliseconds, as it was at `usedAtMs`. */
  used = 0;
  usedAtMs = 0;
  /** What one of its turns takes, milliseconds; nothing before the first is over. */
  usualMs: number | undefined;

  constructor(priority: number) {
    this.priority = priority;
  }

  append(ticket: Ticket): void {
    ticket.previous = this.newest;
    if (this.newest === undefined) this.oldest = ticket;
    else this.newest.next = ticket;
    this.newest = ticket;
    this.length++;
  }

  remove(ticket: Ticket): void {
    if (ticket.previous === undefined) this.oldest = ticket.next;
    else ticket.previous.next = ticket.next;
    if (ticket.next === undefined) this.newest = ticket.previous;
    else ticket.next.previous = ticket.previous;
    ticket.previous = undefined;
    ticket.next = undefined;
    this.length--;
  }
}
