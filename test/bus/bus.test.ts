import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Bus,
  type BusEvent,
  type BusState,
  CHANNELS,
  type Channel,
  type Publication,
} from '../../src/bus/bus.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  const bus = new Bus(clock);
  const heard: string[] = [];
  const listen = (channel: Channel, name: string, more: { order?: number; fails?: boolean } = {}) =>
    bus.subscribe(channel, {
      name,
      ...(more.order !== undefined && { order: more.order }),
      hear: () => {
        heard.push(`${channel}:${name}`);
        if (more.fails === true) throw new Error(`${name} fails`);
      },
    });
  return { clock, bus, heard, listen };
}

const asPublication = (published: { readonly kind: string }): Publication => {
  expect(published.kind).toBe('published');
  return published as Publication;
};

/** Brings a fresh bus into a state; `release` lets what holds it there go on. */
async function busIn(state: BusState): Promise<{ bus: Bus; release: () => void }> {
  const { bus } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const hold = (channel: Channel) => bus.subscribe(channel, { name: 'holds', hear: () => promise });
  if (state === 'starting') hold('start');
  if (state === 'stopping') hold('stop');
  if (state === 'exiting') await bus.publish({ channel: 'exit' });
  else if (state === 'starting') void bus.publish({ channel: 'start' });
  else if (state !== 'stopped') await bus.publish({ channel: 'start' });
  if (state === 'stopping') void bus.publish({ channel: 'stop' });
  expect(bus.state).toBe(state);
  return { bus, release: resolve };
}

describe('what can be published in which state, and what the state is then', () => {
  const nothing = 'refused';
  const table: Record<BusState, Record<Channel, BusState | typeof nothing>> = {
    stopped: {
      start: 'started',
      stop: nothing,
      graceful: nothing,
      reload: nothing,
      exit: 'exiting',
      log: 'stopped',
    },
    starting: {
      start: nothing,
      stop: nothing,
      graceful: nothing,
      reload: nothing,
      exit: 'exiting',
      log: 'started',
    },
    started: {
      start: nothing,
      stop: 'stopped',
      graceful: 'started',
      reload: 'started',
      exit: 'exiting',
      log: 'started',
    },
    stopping: {
      start: nothing,
      stop: 'stopped',
      graceful: nothing,
      reload: nothing,
      exit: 'exiting',
      log: 'stopped',
    },
    exiting: {
      start: nothing,
      stop: nothing,
      graceful: nothing,
      reload: nothing,
      exit: 'exiting',
      log: 'exiting',
    },
  };
  const cases = Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row).map(([channel, then]) => [state, channel, then] as [BusState, Channel, string]),
  );

  test.each(cases)('%s, %s: %s', async (state, channel, then) => {
    const { bus, release } = await busIn(state);
    const published = bus.publish({ channel });
    release();
    const { kind } = await published;
    expect(kind).toBe(then === nothing ? 'bus-refusal' : 'published');
    // What held the state may still be on its way out.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    if (then !== nothing) expect(bus.state).toBe(then);
  });

  test('a refusal says what state there should be and what state there is', async () => {
    const { bus } = setUp();
    expect(await bus.publish({ channel: 'reload' })).toEqual({
      kind: 'bus-refusal',
      state: 'stopped',
      message: 'expected the state started for reload, found stopped',
    });
  });
});

describe('listeners', () => {
  test('hear in their order, and in the order in which they came where that is the same', async () => {
    const { bus, heard, listen } = setUp();
    listen('start', 'late', { order: 90 });
    listen('start', 'first', { order: 10 });
    listen('start', 'usual');
    listen('start', 'usual too');
    await bus.publish({ channel: 'start' });
    expect(heard).toEqual(['start:first', 'start:usual', 'start:usual too', 'start:late']);
  });

  test('are given the event as it was published', async () => {
    const { bus } = setUp();
    const events: BusEvent[] = [];
    bus.subscribe('log', { name: 'log', hear: (event) => void events.push(event) });
    await bus.publish({ channel: 'log', from: 'wiki', payload: { lines: 3 } });
    expect(events).toEqual([{ channel: 'log', from: 'wiki', payload: { lines: 3 } }]);
  });

  test('all hear, whatever becomes of those before them; who published is told of each failure', async () => {
    const { bus, heard, listen } = setUp();
    await bus.publish({ channel: 'start' });
    listen('reload', 'one', { fails: true });
    listen('reload', 'two');
    listen('reload', 'three', { fails: true });
    const { heard: number, failures } = asPublication(await bus.publish({ channel: 'reload' }));
    expect(heard).toEqual(['reload:one', 'reload:two', 'reload:three']);
    expect(number).toBe(3);
    expect(failures).toEqual([
      { channel: 'reload', listener: 'one', error: new Error('one fails') },
      { channel: 'reload', listener: 'three', error: new Error('three fails') },
    ]);
    expect(bus.state).toBe('started');
  });

  test('that take too long count as failed, and the next one hears', async () => {
    const { bus, clock, heard, listen } = setUp();
    await bus.publish({ channel: 'start' });
    bus.subscribe('graceful', { name: 'slow', timeoutMs: 300, hear: () => new Promise(() => {}) });
    listen('graceful', 'next');
    const published = bus.publish({ channel: 'graceful' });
    await clock.advanceAsync(299);
    expect(heard).toEqual([]);
    await clock.advanceAsync(1);
    expect(heard).toEqual(['graceful:next']);
    const { failures } = asPublication(await published);
    expect(failures).toMatchObject([{ channel: 'graceful', listener: 'slow' }]);
    expect(String(failures[0]?.error)).toContain('300 ms');
  });

  test('that fail after their time limit disturb nobody', async () => {
    const { bus, clock } = setUp();
    const { promise, reject } = Promise.withResolvers<void>();
    bus.subscribe('log', { name: 'slow', timeoutMs: 5, hear: () => promise });
    const published = bus.publish({ channel: 'log' });
    await clock.advanceAsync(5);
    reject(new Error('late'));
    expect(asPublication(await published).failures).toHaveLength(1);
  });

  test('leave no timer behind', async () => {
    const { bus, clock, listen } = setUp();
    listen('start', 'one');
    listen('start', 'two', { fails: true });
    await bus.publish({ channel: 'start' });
    await clock.advanceAsync(0);
    expect(clock.pending).toBe(0);
  });

  test('hear nothing any more once their subscription has ended', async () => {
    const { bus, heard, listen } = setUp();
    const end = listen('log', 'one');
    listen('log', 'two');
    end();
    await bus.publish({ channel: 'log' });
    expect(heard).toEqual(['log:two']);
  });

  test('of log are told of every failure of others, and of none of their own', async () => {
    const { bus, heard, listen } = setUp();
    const told: unknown[] = [];
    bus.subscribe('log', { name: 'log', hear: ({ payload }) => void told.push(payload) });
    listen('log', 'broken log', { fails: true });
    listen('start', 'broken start', { fails: true });
    await bus.publish({ channel: 'start' });
    expect(told).toEqual([
      { channel: 'start', listener: 'broken start', error: new Error('broken start fails') },
    ]);
    expect(heard).toEqual(['start:broken start', 'log:broken log']);
  });
});

describe('a start that fails', () => {
  test('is unwound: all have started what they could, all stop, and the bus is stopped', async () => {
    const { bus, heard, listen } = setUp();
    listen('start', 'one');
    listen('start', 'two', { fails: true });
    listen('start', 'three');
    listen('stop', 'one');
    listen('stop', 'three', { fails: true });
    const { failures } = asPublication(await bus.publish({ channel: 'start' }));
    expect(heard).toEqual(['start:one', 'start:two', 'start:three', 'stop:one', 'stop:three']);
    expect(failures.map(({ channel, listener }) => `${channel}:${listener}`)).toEqual([
      'start:two',
      'stop:three',
    ]);
    expect(bus.state).toBe('stopped');
  });

  test('can be tried again', async () => {
    const { bus } = setUp();
    let fails = true;
    bus.subscribe('start', {
      name: 'once',
      hear: () => {
        if (fails) throw new Error('not yet');
      },
    });
    await bus.publish({ channel: 'start' });
    fails = false;
    expect(asPublication(await bus.publish({ channel: 'start' })).failures).toEqual([]);
    expect(bus.state).toBe('started');
  });
});

describe('an exit', () => {
  test('stops what is started, and tells who wanted it', async () => {
    const { bus } = setUp();
    const events: BusEvent[] = [];
    for (const channel of ['stop', 'exit'] as const)
      bus.subscribe(channel, { name: 'hears', hear: (event) => void events.push(event) });
    await bus.publish({ channel: 'start' });
    await bus.publish({ channel: 'exit', from: 'SIGTERM' });
    expect(events).toEqual([
      { channel: 'stop', from: 'SIGTERM' },
      { channel: 'exit', from: 'SIGTERM' },
    ]);
  });

  test('happens once, however often it is asked for', async () => {
    const { bus, heard, listen } = setUp();
    listen('stop', 'one');
    listen('exit', 'one');
    await bus.publish({ channel: 'start' });
    await Promise.all([1, 2, 3].map(() => bus.publish({ channel: 'exit' })));
    expect(heard).toEqual(['stop:one', 'exit:one']);
  });

  test('tells of the failures of the stop before it', async () => {
    const { bus, listen } = setUp();
    listen('stop', 'one', { fails: true });
    await bus.publish({ channel: 'start' });
    const { failures } = asPublication(await bus.publish({ channel: 'exit' }));
    expect(failures.map(({ channel }) => channel)).toEqual(['stop']);
    expect(bus.state).toBe('exiting');
  });
});

test('whatever is published in whatever order: the states follow the drawing, what a start opened a stop has closed, and all hear alike', async () => {
  const arrows: Record<BusState, readonly BusState[]> = {
    stopped: ['starting', 'exiting'],
    starting: ['started', 'stopping'],
    started: ['stopping'],
    stopping: ['stopped', 'exiting'],
    exiting: [],
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          channel: fc.constantFrom(...CHANNELS),
          fails: fc.boolean(),
          waits: fc.boolean(),
          late: fc.boolean(),
        }),
        { maxLength: 20 },
      ),
      async (steps) => {
        const clock = new VirtualClock();
        const bus = new Bus(clock);
        const states: BusState[] = [bus.state];
        const counts = new Map<string, number>();
        let now = { fails: false, late: false };
        for (const channel of CHANNELS) {
          for (const name of ['first', 'second']) {
            bus.subscribe(channel, {
              name,
              timeoutMs: 100,
              hear: async () => {
                if (states.at(-1) !== bus.state) states.push(bus.state);
                const key = `${channel} ${name}`;
                counts.set(key, (counts.get(key) ?? 0) + 1);
                const { fails, late } = now;
                if (late) await new Promise<void>((done) => clock.after(150, done));
                if (fails && name === 'first') throw new Error('fails');
              },
            });
          }
        }
        const published: Promise<unknown>[] = [];
        for (const { channel, fails, late, waits } of steps) {
          now = { fails, late };
          published.push(bus.publish({ channel }));
          if (waits) await clock.advanceAsync(1000);
        }
        await clock.advanceAsync(20_000);
        await Promise.all(published);
        for (const [at, state] of states.entries()) {
          const next = states[at + 1];
          if (next === undefined) continue;
          // Listeners see only the states in which they hear: one between two may be passed unseen.
          const reachable = new Set(
            arrows[state].flatMap((one) => [one, ...arrows[one]]).flatMap((one) => [one, ...arrows[one]]),
          );
          expect(reachable).toContain(next);
        }
        for (const channel of CHANNELS)
          expect(counts.get(`${channel} first`)).toBe(counts.get(`${channel} second`));
        const starts = counts.get('start first') ?? 0;
        const stops = counts.get('stop first') ?? 0;
        expect(starts - stops).toBe(bus.state === 'started' ? 1 : 0);
        expect(['stopped', 'started', 'exiting']).toContain(bus.state);
        expect(counts.get('exit first') ?? 0).toBe(steps.some(({ channel }) => channel === 'exit') ? 1 : 0);
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
