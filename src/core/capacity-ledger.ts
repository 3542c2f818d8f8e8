import type { RunLane } from './lane.ts';

/** A place in a lane. Given back exactly once, when nothing of the request's work is left. */
export interface Slot {
  readonly lane: RunLane;
  /** Slots of the application in this lane, this one included, when it was granted. */
  readonly inflight: number;
  release(): void;
}

export interface CapacityOptions {
  /** What the machine is to bear at once, in units of cost, over all applications. */
  readonly capacity: number;
  /** What one request costs: a process costs more than a conversation with a daemon that runs anyway. */
  readonly cost: Readonly<Record<RunLane, number>>;
}

/** Who waits for a slot. `granted` is called at most once, from inside somebody's `release` or `setLimit`. */
interface Waiter {
  readonly lane: RunLane;
  readonly granted: (slot: Slot) => void;
}

interface Account {
  readonly weight: number;
  readonly inflight: Record<RunLane, number>;
  readonly limit: Record<RunLane, number>;
  used: number;
  readonly waiters: Set<Waiter>;
}

/**
 * The limiter: one book of slots for all applications of the machine.
 *
 * Invariants. In each lane an application holds at most its limit. Within its guaranteed share (capacity by weight) it is
 * never refused because of others; beyond it, it borrows only what all others leave. So the total never exceeds the capacity
 * by more than the shares of those that were asleep while others borrowed.
 */
export class CapacityLedger {
  readonly #options: CapacityOptions;
  readonly #accounts = new Map<string, Account>();
  #used = 0;
  #weights = 0;
  /** Waiters over all accounts: most releases find nobody waiting and must cost nothing. */
  #waiting = 0;

  constructor(options: CapacityOptions) {
    this.#options = options;
  }

  /** Opens an account. An application that has one keeps it. */
  open(application: string, weight = 1): void {
    if (this.#accounts.has(application)) return;
    this.#weights += weight;
    this.#accounts.set(application, {
      weight,
      inflight: { exec: 0, forward: 0 },
      limit: { exec: Number.POSITIVE_INFINITY, forward: Number.POSITIVE_INFINITY },
      used: 0,
      waiters: new Set(),
    });
  }

  /** Closes an account: it loses its guarantee, what it holds is still given back in time. */
  close(application: string): void {
    const account = this.#accounts.get(application);
    if (account === undefined) return;
    this.#accounts.delete(application);
    this.#waiting -= account.waiters.size;
    this.#weights -= account.weight;
    this.#serveWaiters();
  }

  /** How many requests the application may have in the lane at once. A lower limit takes nothing away that is held. */
  setLimit(application: string, lane: RunLane, limit: number): void {
    const account = this.#account(application);
    const grown = limit > account.limit[lane];
    account.limit[lane] = limit;
    if (grown) this.#serveWaiters();
  }

  inflight(application: string): Readonly<Record<RunLane, number>> {
    return this.#account(application).inflight;
  }

  /** A slot at once, or nothing where there is no room. Nobody who waits is overtaken within the same application and lane. */
  acquire(application: string, lane: RunLane): Slot | undefined {
    const account = this.#account(application);
    for (const waiter of account.waiters) if (waiter.lane === lane) return undefined;
    return this.#hasRoom(account, lane) ? this.#grant(account, lane) : undefined;
  }

  /** Waits for a slot, first come, first served. Returns a function that gives up waiting. */
  wait(application: string, lane: RunLane, granted: (slot: Slot) => void): () => void {
    const account = this.#account(application);
    const waiter: Waiter = { lane, granted };
    account.waiters.add(waiter);
    this.#waiting++;
    return () => {
      if (account.waiters.delete(waiter)) this.#waiting--;
    };
  }

  #account(application: string): Account {
    const account = this.#accounts.get(application);
    if (account === undefined) throw new Error(`no account is open for the application ${application}`);
    return account;
  }

  #guaranteed(account: Account): number {
    return (this.#options.capacity * account.weight) / this.#weights;
  }

  #hasRoom(account: Account, lane: RunLane): boolean {
    if (account.inflight[lane] >= account.limit[lane]) return false;
    const cost = this.#options.cost[lane];
    // Whoever holds nothing gets one, however small the share: nobody is starved by arithmetic.
    if (account.used === 0 || account.used + cost <= this.#guaranteed(account)) return true;
    return this.#used + cost <= this.#options.capacity;
  }

  #grant(account: Account, lane: RunLane): Slot {
    const cost = this.#options.cost[lane];
    account.used += cost;
    this.#used += cost;
    const inflight = ++account.inflight[lane];
    let held = true;
    return {
      lane,
      inflight,
      release: () => {
        if (!held) throw new Error('a slot was given back twice');
        held = false;
        account.used -= cost;
        this.#used -= cost;
        account.inflight[lane]--;
        this.#serveWaiters();
      },
    };
  }

  /** Those below their guaranteed share first, then whoever borrows least; so a flooded application comes last. */
  #serveWaiters(): void {
    while (this.#waiting > 0) {
      let best: { account: Account; waiter: Waiter; debt: number } | undefined;
      for (const account of this.#accounts.values()) {
        const debt = account.used / this.#guaranteed(account);
        if (account.waiters.size === 0 || (best !== undefined && debt >= best.debt)) continue;
        for (const waiter of account.waiters) {
          if (this.#hasRoom(account, waiter.lane)) {
            best = { account, waiter, debt };
            break;
          }
        }
      }
      if (best === undefined) return;
      best.account.waiters.delete(best.waiter);
      this.#waiting--;
      best.waiter.granted(this.#grant(best.account, best.waiter.lane));
    }
  }
}
