import { describe, expect, test } from 'vitest';
import { Bus } from '../../src/bus/bus.ts';
import type { BusClient, BusPublication } from '../../src/bus/bus-client.ts';
import type { BusLine } from '../../src/bus/bus-line.ts';
import { WorkerBus } from '../../src/bus/worker-bus.ts';
import type { EventLine } from '../../src/prefork/worker-protocol.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A gateway that does as it is told, for one stream after the other. */
class FakeGateway {
  readonly published: BusPublication[] = [];
  refusal: string | undefined;
  /** Streams that were asked for. */
  asked = 0;
  /** What the next stream has; nothing: nobody answers. */
  streams: (readonly BusLine[])[] = [];

  async publish(publication: BusPublication): Promise<number> {
    if (this.refusal !== undefined) throw new Error(this.refusal);
    this.published.push(publication);
    return 1;
  }

  async events(): Promise<AsyncIterable<BusLine>> {
    this.asked += 1;
    const lines = this.streams.shift();
    if (lines === undefined) throw new Error('nobody answers');
    return (async function* () {
      yield* lines;
    })();
  }
}

async function setUp(gateway?: FakeGateway) {
  const clock = new VirtualClock();
  const bus = new Bus(clock);
  const told: [EventLine, number | undefined][] = [];
  const warned: unknown[] = [];
  const workers = new WorkerBus({
    bus,
    tell: (line, worker) => void told.push([line, worker]),
    gateway: gateway as BusClient | undefined,
    clock,
    log: { warn: (_event, fields) => void warned.push(fields?.problem) },
  });
  await bus.publish({ channel: 'start' });
  await clock.advanceAsync(0);
  return { clock, bus, told, warned, workers };
}

const say = (line: object): EventLine => ({ say: 'event', ...line });

describe('what a worker publishes', () => {
  test('goes to the gateway, which says what it may', async () => {
    const gateway = new FakeGateway();
    const { workers, told } = await setUp(gateway);
    await workers.hear(3, say({ id: 1, channel: 'reload', scope: 'gateway', payload: 'now' }));
    expect(gateway.published).toEqual([{ event: 'reload', scope: 'gateway', payload: 'now' }]);
    expect(told).toEqual([[say({ answer: 1 }), 3]]);
  });

  test('and is refused there is refused to that worker, with the reason', async () => {
    const gateway = new FakeGateway();
    gateway.refusal = 'wiki may not publish that';
    const { workers, told } = await setUp(gateway);
    await workers.hear(3, say({ id: 8, channel: 'graceful', scope: 'gateway' }));
    expect(told).toEqual([[say({ answer: 8, refused: 'wiki may not publish that' }), 3]]);
  });

  test('without a gateway goes to all workers here', async () => {
    const { workers, told } = await setUp();
    await workers.hear(1, say({ id: 1, channel: 'reload', payload: null }));
    await workers.hear(1, say({ id: 2, channel: 'flush-cache', scope: 'application', payload: 5 }));
    expect(told).toEqual([
      [say({ channel: 'reload', scope: 'application', from: 'worker' }), undefined],
      [say({ answer: 1 }), 1],
      [say({ channel: 'flush-cache', scope: 'application', from: 'worker', payload: 5 }), undefined],
      [say({ answer: 2 }), 1],
    ]);
  });

  test.each([
    [{ channel: 'reload', scope: 'gateway' }, 'expected a gateway to publish reload to, found none'],
    [{ channel: 'reload', scope: 'machine' }, 'expected the scope application or gateway, found "machine"'],
    [{ scope: 'application' }, 'expected the name of an event'],
  ])('and cannot be is refused: %j', async (line, refused) => {
    const { workers, told } = await setUp();
    await workers.hear(2, say({ id: 4, ...line }));
    expect(told).toEqual([[say({ answer: 4, refused }), 2]]);
  });
});

describe('what comes from the gateway', () => {
  test('is told to all workers; what concerns the parent too is on its bus', async () => {
    const gateway = new FakeGateway();
    gateway.streams = [
      [
        { event: 'reload', scope: 'gateway', from: 'SIGHUP' },
        { event: 'news', scope: 'application', from: 'wiki', payload: [1] },
        { event: 'graceful', scope: 'application', from: 'operator' },
      ],
    ];
    const heard: string[] = [];
    const clock = new VirtualClock();
    const bus = new Bus(clock);
    for (const channel of ['graceful', 'reload'] as const)
      bus.subscribe(channel, {
        name: 'parent',
        hear: ({ from }) => void heard.push(`${channel} by ${from}`),
      });
    await bus.publish({ channel: 'start' });
    const told: EventLine[] = [];
    new WorkerBus({
      bus,
      tell: (line) => void told.push(line),
      gateway: gateway as unknown as BusClient,
      clock,
      log: { warn() {} },
    });
    await clock.advanceAsync(0);
    await clock.advanceAsync(0);
    expect(told.map(({ channel, from }) => `${channel} by ${from}`)).toEqual([
      'reload by SIGHUP',
      'news by wiki',
      'graceful by operator',
    ]);
    expect(heard).toEqual(['reload by SIGHUP', 'graceful by operator']);
  });

  test('is not the stop of the gateway: who runs the parent tells it when it is to', async () => {
    const gateway = new FakeGateway();
    gateway.streams = [[{ event: 'stop', scope: 'gateway' }]];
    const { told, bus } = await setUp(gateway);
    expect(told).toEqual([]);
    expect(bus.state).toBe('started');
  });

  test('is listened for again when the stream ends, later each time that nobody answers', async () => {
    const gateway = new FakeGateway();
    gateway.streams = [[]];
    const { clock, warned } = await setUp(gateway);
    expect(gateway.asked).toBe(1);
    await clock.advanceAsync(500);
    expect(gateway.asked).toBe(2);
    await clock.advanceAsync(999);
    expect(gateway.asked).toBe(2);
    await clock.advanceAsync(1);
    expect(gateway.asked).toBe(3);
    expect(warned).toEqual(['nobody answers', 'nobody answers']);
    await clock.advanceAsync(600_000);
    expect(gateway.asked).toBeLessThan(30);
  });

  test('is not listened for any more once the parent ends', async () => {
    const gateway = new FakeGateway();
    const { clock, workers } = await setUp(gateway);
    workers.close();
    await clock.advanceAsync(600_000);
    expect(gateway.asked).toBe(1);
  });
});
