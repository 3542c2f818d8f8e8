import type { TicketList } from './ticket-list.ts';

/** A turn that has been charged beforehand with what the turns of its class usually take. */
export interface ChargedTurn {
  readonly list: TicketList;
  readonly startedMs: number;
  readonly chargedMs: number;
}

/** What was used is forgotten by half in this time, or in so many turns of the slowest class where those take longer. */
const SHORTEST_HALF_LIFE_MS = 1000;
const LONGEST_HALF_LIFE_MS = 60_000;
const TURNS_REMEMBERED = 20;
/** A class of which nothing is known yet is charged this much. */
const UNKNOWN_MS = 10;
/** Part of a new turn in what turns usually take. */
const NEWEST = 0.1;

/**
 * Whose turn it is, among classes with guaranteed shares. A class that has had less than its share of the slot time lately is owed a
 * turn, and the one that is owed most, measured by its share, has the next; where nobody is owed anything, the highest priority.
 * Slot time and not turns: a class whose requests take a hundred times as long must not take a hundred times its share. A turn
 * is charged when it begins, so that turns of one instant do not all go to one class, and set right when it is over.
 *
 * Nobody saves up: what was used long ago is forgotten, so a class that comes back has no more than a moment of precedence.
 */
export class ClassShares {
  #halfLifeMs = SHORTEST_HALF_LIFE_MS;

  begin(list: TicketList, nowMs: number): ChargedTurn {
    const chargedMs = list.usualMs ?? UNKNOWN_MS;
    this.#charge(list, chargedMs, nowMs);
    return { list, startedMs: nowMs, chargedMs };
  }

  end({ list, startedMs, chargedMs }: ChargedTurn, nowMs: number): void {
    const tookMs = nowMs - startedMs;
    this.#charge(list, tookMs - chargedMs, nowMs);
    list.usualMs = list.usualMs === undefined ? tookMs : list.usualMs + (tookMs - list.usualMs) * NEWEST;
  }

  /** The list whose turn it is, of those in which somebody waits. `lists` are by priority, highest first. */
  next(lists: readonly TicketList[], nowMs: number): TicketList | undefined {
    let total = 0;
    let slowestMs = 0;
    for (const { usualMs } of lists) slowestMs = Math.max(slowestMs, usualMs ?? 0);
    this.#halfLifeMs = Math.min(
      LONGEST_HALF_LIFE_MS,
      Math.max(SHORTEST_HALF_LIFE_MS, TURNS_REMEMBERED * slowestMs),
    );
    for (const list of lists) total += this.#used(list, nowMs);
    let first: TicketList | undefined;
    let owed: TicketList | undefined;
    let most = 0;
    for (const list of lists) {
      if (list.length === 0) continue;
      first ??= list;
      const debt = list.share === 0 ? 0 : total - this.#used(list, nowMs) / list.share;
      if (debt <= most) continue;
      most = debt;
      owed = list;
    }
    return owed ?? first;
  }

  #charge(list: TicketList, ms: number, nowMs: number): void {
    list.used = Math.max(0, this.#used(list, nowMs) + ms);
    list.usedAtMs = nowMs;
  }

  #used(list: TicketList, nowMs: number): number {
    return list.used * 2 ** ((list.usedAtMs - nowMs) / this.#halfLifeMs);
  }
}
