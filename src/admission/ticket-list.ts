import type { Ticket } from './ticket.ts';

/** Tickets of one priority in order of arrival. Every operation takes constant time: floods make long lists. */
export class TicketList {
  readonly priority: number;
  oldest: Ticket | undefined;
  newest: Ticket | undefined;

  constructor(priority: number) {
    this.priority = priority;
  }

  append(ticket: Ticket): void {
    ticket.previous = this.newest;
    if (this.newest === undefined) this.oldest = ticket;
    else this.newest.next = ticket;
    this.newest = ticket;
  }

  remove(ticket: Ticket): void {
    if (ticket.previous === undefined) this.oldest = ticket.next;
    else ticket.previous.next = ticket.next;
    if (ticket.next === undefined) this.newest = ticket.previous;
    else ticket.next.previous = ticket.previous;
    ticket.previous = undefined;
    ticket.next = undefined;
  }
}
