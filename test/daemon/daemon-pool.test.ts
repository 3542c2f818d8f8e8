import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/config/configuration.ts';
import type { Daemon, Ensured } from '../../src/core/daemon.ts';
import type { DaemonState } from '../../src/core/daemon-state.ts';
import { DaemonPool } from '../../src/daemon/daemon-pool.ts';
import { ExternalDaemon } from '../../src/daemon/external-daemon.ts';
import type { Reachability } from '../../src/daemon/reachability.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A daemon that comes up, or does not, when the test says so. */
class PretendedDaemon implements Daemon {
  state: DaemonState = 'down';
  conversations = 0;
  suspicions = 0;
  starts = 0;
  ended: string[] = [];
  #waiting: ((ensured: Ensured) => void)[] = [];

  ensure(): Promise<Ensured> {
    if (this.state === 'up') return Promise.resolve({ up: true });
    if (this.state === 'failing') return Promise.resolve({ up: false, refusal: 'start-storm' });
    if (this.state === 'down') this.starts += 1;
    this.state = 'starting';
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  comeUp(): void {
    this.state = 'up';
    for (const answer of this.#waiting.splice(0)) answer({ up: true });
  }

  fail(): void {
    this.state = 'down';
    for (const answer of this.#waiting.splice(0)) answer({ up: false, refusal: 'start-failed' });
  }

  enter(): void {
    this.conversations += 1;
  }

  leave(): void {
    this.conversations -= 1;
  }

  notNeeded(): void {
    this.ended.push('not needed');
  }

  suspect(): void {
    this.suspicions += 1;
  }

  async retire(): Promise<void> {
    this.ended.push('retired');
  }

  async stop(): Promise<void> {
    this.ended.push('stopped');
  }
}

const addresses: Address[] = ['a', 'b', 'c'].map((name) => ({ kind: 'unix', path: `/${name}.sock` }));
let daemons: [PretendedDaemon, PretendedDaemon, PretendedDaemon];
let found: Reachability[];
let clock: VirtualClock;
let pool: DaemonPool;

function makePool(daemonAt: (address: Address) => Daemon): DaemonPool {
  return new DaemonPool({
    addresses,
    daemonAt,
    connectTimeoutMs: 1000,
    clock,
    probe: (address) => async () => found[addresses.indexOf(address)] ?? 'absent',
  });
}

/** The name of the next request's daemon. */
function take(tried: Address[] = []): string {
  const lease = pool.take(tried);
  return lease?.address.kind === 'unix' ? lease.address.path.slice(1, 2) : 'none';
}

const states = () => daemons.map(({ state }) => state);
const conversations = () => daemons.map((daemon) => daemon.conversations);

beforeEach(() => {
  clock = new VirtualClock();
  daemons = [new PretendedDaemon(), new PretendedDaemon(), new PretendedDaemon()];
  found = ['listening', 'listening', 'listening'];
  pool = makePool((address) => daemons[addresses.indexOf(address)]!);
});

describe('the state of a pool', () => {
  test.each<[DaemonState, DaemonState[]]>([
    ['up', ['failing', 'starting', 'up']],
    ['starting', ['down', 'starting', 'failing']],
    ['retiring', ['down', 'retiring', 'failing']],
    ['down', ['failing', 'down', 'failing']],
    ['failing', ['failing', 'failing', 'failing']],
    ['none', ['none', 'none', 'none']],
  ])('is %s where its daemons are %j', (state, members) => {
    members.forEach((member, index) => {
      daemons[index]!.state = member;
    });
    expect(pool.state).toBe(state);
  });
});

describe('a start', () => {
  test('for one request is of the first daemon alone', async () => {
    pool.enter();
    const ensured = pool.ensure(1000);
    expect(states()).toEqual(['starting', 'down', 'down']);
    daemons[0].comeUp();
    expect(await ensured).toEqual({ up: true });
  });

  test('without a request, to be warm, is of the first daemon alone', () => {
    void pool.ensure(1000);
    void pool.ensure(1000);
    expect(states()).toEqual(['starting', 'down', 'down']);
  });

  test('of several: twelve requests do not all wait for the first daemon, but are up with whichever comes first', async () => {
    const ensured = Array.from({ length: 12 }, () => {
      pool.enter();
      return pool.ensure(1000);
    });
    expect(states()).toEqual(['starting', 'starting', 'starting']);
    daemons[1].comeUp();
    expect(await Promise.all(ensured)).toEqual(Array(12).fill({ up: true }));
    expect(daemons.map(({ starts }) => starts)).toEqual([1, 1, 1]);
  });

  test('is refused when the last daemon has failed, not before', async () => {
    pool.enter();
    const first = pool.ensure(1000);
    pool.enter();
    const second = pool.ensure(1000);
    daemons[0].fail();
    let answered = false;
    void first.then(() => {
      answered = true;
    });
    await Promise.resolve();
    expect(answered).toBe(false);
    daemons[1].fail();
    expect(await first).toEqual({ up: false, refusal: 'start-failed' });
    expect(await second).toEqual({ up: false, refusal: 'start-failed' });
  });

  test('is not waited for beyond the deadline', async () => {
    const ensured = pool.ensure(100);
    clock.advance(100);
    expect(await ensured).toEqual({ up: false, refusal: 'start-timeout' });
  });

  test('passes over those that fail, and says so where all do', async () => {
    daemons[0].state = 'failing';
    void pool.ensure(1000);
    expect(states()).toEqual(['failing', 'starting', 'down']);
    for (const daemon of daemons) daemon.state = 'failing';
    pool = makePool((address) => daemons[addresses.indexOf(address)]!);
    expect(await pool.ensure(1000)).toEqual({ up: false, refusal: 'start-storm' });
  });

  test('of another one comes when every daemon that is up has a conversation and one more comes', () => {
    daemons[0].state = 'up';
    pool.enter();
    expect(take()).toBe('a');
    expect(states()).toEqual(['up', 'down', 'down']);
    pool.enter();
    expect(take()).toBe('a');
    expect(states()).toEqual(['up', 'starting', 'down']);
    daemons[1].comeUp();
    pool.enter();
    expect(take()).toBe('b');
    expect(states()).toEqual(['up', 'up', 'starting']);
  });
});

describe('a request', () => {
  test('goes to the daemon with the fewest conversations, of equals to the first', () => {
    for (const daemon of daemons) daemon.state = 'up';
    expect([take(), take(), take(), take()]).toEqual(['a', 'b', 'c', 'a']);
    expect(conversations()).toEqual([2, 1, 1]);
  });

  test('after request leaves the last daemons idle', () => {
    for (const daemon of daemons) daemon.state = 'up';
    for (let round = 0; round < 5; round += 1) {
      const lease = pool.take([]);
      expect(lease?.address).toBe(addresses[0]);
      lease?.release();
    }
    expect(conversations()).toEqual([0, 0, 0]);
  });

  test.each<DaemonState>(['down', 'starting', 'retiring', 'failing'])(
    'never goes to a daemon that is %s',
    (state) => {
      daemons[0].state = state;
      daemons[1].state = 'up';
      daemons[2].state = state;
      expect([take(), take(), take()]).toEqual(['b', 'b', 'b']);
    },
  );

  test('goes to the others from the moment at which a daemon has died', () => {
    for (const daemon of daemons) daemon.state = 'up';
    daemons[0].state = 'down';
    expect([take(), take()]).toEqual(['b', 'c']);
  });

  test('has no daemon where none is up, or all were tried', () => {
    expect(take()).toBe('none');
    daemons[0].state = 'up';
    expect(take([addresses[0]!])).toBe('none');
  });
});

describe('a daemon that took no connection', () => {
  beforeEach(() => {
    for (const daemon of daemons) daemon.state = 'up';
    found[0] = 'stale';
    const lease = pool.take([]);
    lease?.unreachable();
    lease?.release();
  });

  test('is suspected by its keeper, and left out until it takes one', async () => {
    expect(daemons[0].suspicions).toBe(1);
    await clock.advanceAsync(1000);
    expect([take(), take(), take()]).toEqual(['b', 'c', 'b']);
    found[0] = 'listening';
    await clock.advanceAsync(250);
    expect(take()).toBe('a');
  });

  test('is tried all the same where there is no other', () => {
    daemons[1].state = 'down';
    daemons[2].state = 'down';
    expect(take()).toBe('a');
  });

  test('counts again at once when a connection was made', () => {
    daemons[1].state = 'down';
    daemons[2].state = 'down';
    const lease = pool.take([]);
    lease?.reached();
    lease?.release();
    daemons[1].state = 'up';
    expect(take()).toBe('a');
  });

  test('is looked for no more when the pool is stopped', async () => {
    await pool.stop();
    await clock.advanceAsync(0);
    expect(clock.pending).toBe(0);
  });
});

test('daemons that somebody else runs count as up', async () => {
  pool = makePool(() => new ExternalDaemon());
  expect(pool.state).toBe('none');
  expect(await pool.ensure(0)).toEqual({ up: true });
  expect([take(), take(), take(), take()]).toEqual(['a', 'b', 'c', 'a']);
});

test('what is asked of the pool is asked of every daemon', async () => {
  pool.notNeeded();
  await pool.retire();
  await pool.stop();
  expect(daemons.map(({ ended }) => ended)).toEqual(Array(3).fill(['not needed', 'retired', 'stopped']));
});

test('who waits when the pool is stopped hears so', async () => {
  const ensured = pool.ensure(1000);
  await pool.stop();
  expect(await ensured).toEqual({ up: false, refusal: 'stopping' });
});
