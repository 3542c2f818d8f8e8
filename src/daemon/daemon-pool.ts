import type { AddressLease, AddressPool } from '../backend/address-pool.ts';
import type { Address } from '../config/configuration.ts';
import type { Clock } from '../core/clock.ts';
import type { Daemon, Ensured } from '../core/daemon.ts';
import type { DaemonState } from '../core/daemon-state.ts';
import { EnsureWaiters } from './ensure-waiters.ts';
import { PoolMember } from './pool-member.ts';
import { probeAddress } from './probe-address.ts';
import type { Probe } from './reachability.ts';

const UP: Ensured = { up: true };
const ANSWER_UP = Promise.resolve(UP);

/** The state of the pool is the first of these that a member is in. */
const STATES: readonly DaemonState[] = ['up', 'none', 'starting', 'retiring', 'down', 'failing'];

export interface DaemonPoolOptions {
  readonly addresses: readonly Address[];
  /** The keeper of the daemon at an address, or somebody else's daemon. */
  readonly daemonAt: (address: Address) => Daemon;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly probe?: (address: Address) => Probe;
}

/**
 * The daemons of one application, one at each of several addresses, as one. It is up when any of them is. There are to be as many as
 * there are conversations, those that wait for a daemon included: while each has one of its own, one more is started for the next
 * request, which does not wait for it. A request goes to the daemon with the fewest conversations of those that are up, and of equals to
 * the first, so that the last ones are idle first and retired.
 */
export class DaemonPool implements Daemon, AddressPool {
  readonly kind = 'pool';
  readonly addresses: readonly Address[];
  readonly #members: readonly PoolMember[];
  readonly #waiters: EnsureWaiters;
  /** Conversations, whether they have a daemon yet or wait for one. */
  #entered = 0;
  /** Members that were asked to start and have not answered. */
  readonly #starting = new Set<PoolMember>();

  constructor({ addresses, daemonAt, connectTimeoutMs, clock, probe }: DaemonPoolOptions) {
    this.addresses = addresses;
    this.#members = addresses.map(
      (address) =>
        new PoolMember(
          address,
          daemonAt(address),
          probe?.(address) ?? probeAddress(address, clock, connectTimeoutMs),
          clock,
        ),
    );
    this.#waiters = new EnsureWaiters(clock);
  }

  get state(): DaemonState {
    return STATES.find((state) => this.#members.some(({ daemon }) => daemon.state === state)) ?? 'none';
  }

  ensure(deadlineMs: number): Promise<Ensured> {
    // A daemon that seems up may have left since: its keeper looks, and starts another where it has.
    for (const { isUp, daemon } of this.#members) if (isUp) void daemon.ensure(deadlineMs);
    if (this.#members.some(({ isUp }) => isUp)) return ANSWER_UP;
    const ensured = this.#waiters.add(deadlineMs);
    this.#grow();
    return ensured;
  }

  enter(): void {
    this.#entered += 1;
  }

  leave(): void {
    this.#entered -= 1;
  }

  notNeeded(): void {
    for (const { daemon } of this.#members) daemon.notNeeded();
  }

  /** Whoever found no connection has told of each address. */
  suspect(): void {}

  async retire(): Promise<void> {
    await Promise.all(this.#members.map(({ daemon }) => daemon.retire()));
  }

  async stop(): Promise<void> {
    for (const member of this.#members) member.close();
    const stopped = this.#members.map(({ daemon }) => daemon.stop());
    this.#waiters.answer({ up: false, refusal: 'stopping' });
    await Promise.all(stopped);
  }

  take(tried: readonly Address[]): AddressLease | undefined {
    const member = this.#leastBusy(tried);
    if (member === undefined) return undefined;
    member.enter();
    this.#grow();
    return {
      address: member.address,
      reached: () => member.reached(),
      unreachable: () => member.unreachable(),
      release: () => member.leave(),
    };
  }

  #leastBusy(tried: readonly Address[]): PoolMember | undefined {
    let best: PoolMember | undefined;
    for (const member of this.#members) {
      if (!member.isUp || tried.includes(member.address)) continue;
      if (best === undefined || isBetter(member, best)) best = member;
    }
    return best;
  }

  /** Starts what is missing: at least one daemon, and as many as there are conversations. */
  #grow(): void {
    const wanted = Math.max(1, this.#entered);
    let there = this.#members.filter((member) => member.isUp || this.#starting.has(member)).length;
    for (const member of this.#members) {
      if (there >= wanted) return;
      if (member.isUp || this.#starting.has(member) || member.daemon.state === 'failing') continue;
      there += 1;
      this.#start(member);
    }
    // All that could be started are known to fail: their keepers say why.
    const [first] = this.#members;
    if (there === 0 && first !== undefined) this.#start(first);
  }

  #start(member: PoolMember): void {
    this.#starting.add(member);
    // Each of those who wait has a deadline of its own; the start has the keeper's.
    void member.daemon.ensure(Number.POSITIVE_INFINITY).then((ensured) => {
      this.#starting.delete(member);
      if (ensured.up || this.#starting.size === 0) this.#waiters.answer(ensured);
    });
  }
}

function isBetter(a: PoolMember, b: PoolMember): boolean {
  return a.isDoubtful === b.isDoubtful ? a.conversations < b.conversations : b.isDoubtful;
}
