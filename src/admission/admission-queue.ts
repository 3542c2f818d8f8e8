import PQueue from 'p-queue';
import type { Clock } from '../core/clock.ts';
import type { QueueDiscipline } from '../core/policy.ts';
import { whyFull } from '../core/why-full.ts';
import { Ticket, type TicketEvents } from './ticket.ts';
import { type TicketOptions, TicketQueue } from './ticket-queue.ts';

export interface AdmissionQueueOptions {
  /** How many may wait. */
  readonly max: number;
  /** How long one may wait. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** A turn that threw: a defect, told so that it is not lost. */
  readonly onFault: (fault: unknown) => void;
}

/**
 * Where the requests of one application wait, bounded in number and in time. p-queue grants the turns to those who wait and nothing
 * else; the order, the bounds and leaving are ours.
 *
 * A request that finds room, with nobody waiting, has its turn before `join` returns and past p-queue, whose promises cost more than
 * all the rest of an uncontended admission. Such direct turns take away from p-queue's concurrency; where they leave none, p-queue
 * is paused, since it knows no concurrency of 0.
 */
export class AdmissionQueue {
  readonly #options: AdmissionQueueOptions;
  readonly #turns: PQueue<TicketQueue, TicketOptions>;
  readonly #waiting: TicketQueue;
  #maxWaitMs: number;
  #maxLength: number;
  #limit = 1;
  /** Turns under way that p-queue does not know of. */
  #direct = 0;
  #forgetTimer: (() => void) | undefined;
  readonly #directDone = (): void => {
    this.#direct--;
    if (this.#waiting.size > 0) this.#share();
  };

  constructor(options: AdmissionQueueOptions) {
    this.#options = options;
    this.#maxWaitMs = options.timeoutMs;
    this.#maxLength = options.max;
    // p-queue makes its queue itself and keeps it private; this is how we come to hold it too.
    let waiting: TicketQueue | undefined;
    class Waiting extends TicketQueue {
      constructor() {
        super();
        waiting = this;
      }
    }
    this.#turns = new PQueue<TicketQueue, TicketOptions>({ concurrency: 1, queueClass: Waiting });
    if (waiting === undefined) throw new Error('p-queue made no queue');
    this.#waiting = waiting;
    this.#waiting.now = () => options.clock.now();
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Turns under way. */
  get inflight(): number {
    return this.#turns.pending + this.#direct;
  }

  oldestWaitMs(): number {
    const oldest = this.#waiting.oldest();
    return oldest === undefined ? 0 : this.#options.clock.now() - oldest.joinedMs;
  }

  /** How many turns at once; at least 1. Raising it starts turns before it returns. */
  setLimit(limit: number): void {
    const atLeastOne = Math.max(1, limit);
    if (atLeastOne === this.#limit) return;
    this.#limit = atLeastOne;
    if (this.#waiting.size > 0) this.#share();
  }

  setDiscipline(discipline: QueueDiscipline): void {
    this.#waiting.newestFirst = discipline.order === 'newest-first';
    this.#maxLength = Math.min(this.#options.max, discipline.maxLength ?? Number.POSITIVE_INFINITY);
    const maxWaitMs = Math.min(this.#options.timeoutMs, discipline.maxWaitMs ?? Number.POSITIVE_INFINITY);
    if (maxWaitMs === this.#maxWaitMs) return;
    this.#maxWaitMs = maxWaitMs;
    this.#refuseTheLate();
  }

  /**
   * Takes its place in the queue. The events come from inside this call or later. `share`, 0 to 1, is what the requests of this priority are
   * guaranteed of the turns' time and of the places.
   */
  join(priority: number, events: TicketEvents, share = 0): Ticket {
    const { clock, onFault } = this.#options;
    const ticket = new Ticket(priority, clock.now(), events, share);
    if (this.#waiting.size === 0 && this.inflight < this.#limit) {
      this.#direct++;
      events.turn(this.#counted(ticket, this.#directDone));
      return ticket;
    }
    if (this.#waiting.size >= this.#maxLength && !this.#makeRoomFor(ticket)) {
      events.refused(whyFull(this.#options.max, this.#maxLength));
      return ticket;
    }
    this.#share();
    const turn = () => new Promise<void>((done) => events.turn(this.#counted(ticket, done)));
    this.#turns.add(turn, { ticket }).catch(onFault);
    if (ticket.run !== undefined && this.#forgetTimer === undefined) this.#armTimer();
    return ticket;
  }

  /** The visitor has gone. True if the ticket was still waiting: then it has no turn any more. */
  leave(ticket: Ticket): boolean {
    return this.#waiting.remove(ticket);
  }

  /** Where classes have shares, counts the time of the turn that begins. */
  #counted(ticket: Ticket, done: () => void): () => void {
    const turn = this.#waiting.beginTurn(ticket);
    if (turn === undefined) return done;
    return () => {
      this.#waiting.endTurn(turn);
      done();
    };
  }

  /** Gives p-queue what the direct turns leave of the limit; it starts turns before this returns. */
  #share(): void {
    const left = this.#limit - this.#direct;
    if (left < 1) return this.#turns.pause();
    if (left !== this.#turns.concurrency) this.#turns.concurrency = left;
    this.#turns.start();
  }

  /** Newest first, with more priority or within its share: somebody who waits has to go for the one who comes. */
  #makeRoomFor(ticket: Ticket): boolean {
    const victim = this.#waiting.victimFor(ticket, this.#maxLength);
    if (victim === undefined) return false;
    this.#waiting.remove(victim);
    victim.events.refused(whyFull(this.#options.max, this.#maxLength));
    return true;
  }

  #refuseTheLate(): void {
    const now = this.#options.clock.now();
    for (let oldest = this.#waiting.oldest(); oldest !== undefined; oldest = this.#waiting.oldest()) {
      if (now - oldest.joinedMs < this.#maxWaitMs) break;
      this.#waiting.remove(oldest);
      oldest.events.refused('queue_timeout');
    }
    this.#armTimer();
  }

  /** One timer, for whoever has waited longest. */
  #armTimer(): void {
    this.#forgetTimer?.();
    this.#forgetTimer = undefined;
    const oldest = this.#waiting.oldest();
    if (oldest === undefined) return;
    const { clock } = this.#options;
    this.#forgetTimer = clock.after(Math.max(0, oldest.joinedMs + this.#maxWaitMs - clock.now()), () => {
      this.#forgetTimer = undefined;
      this.#refuseTheLate();
    });
  }
}
