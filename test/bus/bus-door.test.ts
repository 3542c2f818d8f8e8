import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bus } from '../../src/bus/bus.ts';
import { BusClient } from '../../src/bus/bus-client.ts';
import { BusDesk } from '../../src/bus/bus-desk.ts';
import { BusDoor } from '../../src/bus/bus-door.ts';
import type { BusLine } from '../../src/bus/bus-line.ts';
import { BusResponder } from '../../src/bus/bus-responder.ts';
import { BusTokens } from '../../src/bus/bus-tokens.ts';
import { EventSubscribers } from '../../src/bus/event-subscribers.ts';
import type { ApplicationConfiguration } from '../../src/config/configuration.ts';
import { until } from '../support/until.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Application = Pick<ApplicationConfiguration, 'name' | 'bus'> & { readonly user?: string };

const wiki: Application = { name: 'wiki', bus: { allow: ['reload'] } };
const tracker: Application = { name: 'tracker', bus: { allow: [] } };
const quiet: Application = { name: 'quiet', bus: undefined };

/** As far as a door looks at them. */
const configured = (applications: readonly Application[]) =>
  applications.map(({ user, ...rest }) => ({
    ...rest,
    cgi: { process: { user, group: undefined } },
  })) as unknown as readonly ApplicationConfiguration[];

let folder: string;
let path: string;
let bus: Bus;
let tokens: BusTokens;
let door: BusDoor;
let applications: readonly Application[];
const counted: string[] = [];
const ending = new AbortController();

async function openDoor(mode?: number): Promise<void> {
  door = new BusDoor({
    path,
    mode,
    responder: new BusResponder(
      new BusDesk({
        bus,
        subscribers: new EventSubscribers(),
        applications: () => applications,
        metrics: {
          busEvent: (...labels) => void counted.push(labels.join(' ')),
          busRefused: (...labels) => void counted.push(`refused ${labels.join(' ')}`),
        },
        logger: { debug() {}, info() {}, warn() {}, error() {} },
      }),
      tokens,
    ),
    onFault: (fault) => {
      throw fault;
    },
  });
  door.prepare(configured(applications));
  await bus.publish({ channel: 'start' });
}

const client = (name: string): BusClient => new BusClient(path, tokens.of(name));

/** What a client is told, as it comes. */
async function listen(to: BusClient): Promise<BusLine[]> {
  const lines: BusLine[] = [];
  const events = await to.events(ending.signal);
  void (async () => {
    try {
      for await (const line of events) lines.push(line);
    } catch {
      // Cut off at the end of the test.
    }
  })();
  return lines;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-bus-'));
  path = join(folder, 'control.bus');
  bus = new Bus(new VirtualClock());
  tokens = new BusTokens();
  applications = [wiki, tracker, quiet];
  counted.length = 0;
});

afterEach(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

describe('an application', () => {
  test('publishes to the gateway what its operator allows, and hears of it when it is done', async () => {
    await openDoor();
    let done = false;
    bus.subscribe('reload', {
      name: 'gateway',
      hear: async ({ from, payload }) => {
        await Promise.resolve();
        done = from === 'wiki' && payload === 7;
      },
    });
    await client('wiki').publish({ event: 'reload', payload: 7 });
    expect(done).toBe(true);
    expect(counted).toEqual(['wiki gateway reload']);
  });

  test.each([
    [
      'what its operator does not list',
      { event: 'graceful' },
      'wiki may not publish graceful to the gateway; `bus.allow` of the application allows reload',
    ],
    [
      'to another application',
      { event: 'flush', application: 'tracker' },
      'wiki may not publish to another application (tracker)',
    ],
  ])('may not publish %s: it is told so, and it is counted', async (_what, publication, message) => {
    await openDoor();
    const heard: string[] = [];
    bus.subscribe('graceful', { name: 'gateway', hear: () => void heard.push('graceful') });
    await expect(client('wiki').publish(publication)).rejects.toThrow(message);
    expect(heard).toEqual([]);
    expect(counted).toEqual(['refused wiki not-allowed']);
  });

  test('that may publish nothing to the gateway may still publish to itself', async () => {
    await openDoor();
    const lines = await listen(client('tracker'));
    const others = await listen(client('wiki'));
    await expect(client('tracker').publish({ event: 'reload' })).rejects.toThrow('allows nothing');
    expect(
      await client('tracker').publish({ event: 'flush-cache', scope: 'application', payload: { page: 'A' } }),
    ).toBe(1);
    await until(() => lines.length > 0, 'a line');
    expect(lines).toEqual([
      { event: 'flush-cache', scope: 'application', from: 'tracker', payload: { page: 'A' } },
    ]);
    expect(others).toEqual([]);
  });

  test('that a reload has taken off the bus is refused, although it knows a token', async () => {
    await openDoor();
    const before = client('wiki');
    applications = [{ ...wiki, bus: undefined }, tracker];
    await expect(before.publish({ event: 'reload' })).rejects.toThrow('wiki is not on the bus');
    await expect(before.events()).rejects.toThrow('wiki is not on the bus');
  });

  test('is told what went wrong where somebody could not do what it asked for', async () => {
    await openDoor();
    bus.subscribe('reload', {
      name: 'gateway',
      hear: () => {
        throw new AggregateError([new Error('site.pem is broken'), new Error('so is key.pem')]);
      },
    });
    const failed = client('wiki').publish({ event: 'reload' });
    await expect(failed).rejects.toMatchObject({
      code: 'bus/failed',
      message: expect.stringMatching(/site\.pem is broken; .*so is key\.pem/),
    });
  });

  test('is told where the gateway cannot do it now', async () => {
    await openDoor();
    await bus.publish({ channel: 'stop' });
    await expect(client('wiki').publish({ event: 'reload' })).rejects.toThrow('expected the state started');
    expect(counted).toContain('refused wiki not-now');
  });

  test('hears what happens to the gateway: a reload when it is done, a stop before it is', async () => {
    await openDoor();
    const lines = await listen(client('wiki'));
    const order: string[] = [];
    bus.subscribe('reload', { name: 'gateway', hear: () => void order.push(`reload, ${lines.length} told`) });
    bus.subscribe('stop', {
      name: 'gateway',
      hear: async () => {
        await until(() => lines.length === 2, 'both lines');
        order.push('stop');
      },
    });
    await bus.publish({ channel: 'reload', from: 'SIGHUP' });
    await bus.publish({ channel: 'stop' });
    expect(order).toEqual(['reload, 0 told', 'stop']);
    expect(lines).toEqual([
      { event: 'reload', scope: 'gateway', from: 'SIGHUP' },
      { event: 'stop', scope: 'gateway' },
    ]);
  });

  test('finds the end of the stream when the gateway has ended', async () => {
    await openDoor();
    const lines: BusLine[] = [];
    const events = await client('wiki').events();
    await bus.publish({ channel: 'exit' });
    for await (const line of events) {
      lines.push(line);
      void door.close();
    }
    expect(lines.map(({ event }) => event)).toEqual(['stop']);
  });

  test('has at most 64 subscribers, and one that leaves makes room', async () => {
    await openDoor();
    const leaving = new AbortController();
    await client('wiki').events(leaving.signal);
    for (let count = 1; count < 64; count += 1) await client('wiki').events(ending.signal);
    await expect(client('wiki').events()).rejects.toThrow('expected fewer subscribers');
    await listen(client('tracker'));
    leaving.abort();
    const subscribed = (): Promise<boolean> =>
      client('wiki')
        .events(ending.signal)
        .then(
          () => true,
          () => false,
        );
    const deadline = performance.now() + 5000;
    let again = false;
    while (!again && performance.now() < deadline) again = await subscribed();
    expect(again).toBe(true);
  });

  test('finds the bus by its environment', async () => {
    await openDoor();
    bus.subscribe('reload', { name: 'gateway', hear() {} });
    const environment = { SPILLWAY_BUS: `unix:${path}`, SPILLWAY_BUS_TOKEN: tokens.of('wiki') };
    await BusClient.of(environment)?.publish({ event: 'reload' });
    expect(counted).toEqual(['wiki gateway reload']);
    expect(BusClient.of({})).toBeUndefined();
  });
});

describe('who has no token', () => {
  test.each([
    ['none', undefined],
    ['one that is made up', 'x'.repeat(43)],
  ])('(%s) may nothing', async (_what, token) => {
    await openDoor();
    await expect(new BusClient(path, token).publish({ event: 'reload' })).rejects.toThrow(
      'expected the token of an application',
    );
    await expect(new BusClient(path, token).events()).rejects.toThrow('expected the token of an application');
    expect(counted).toEqual(['refused  unknown-token', 'refused  unknown-token']);
  });
});

describe('a request', () => {
  const post = async (body: string): Promise<[number, string]> => {
    const response = await fetch('http://spillway/bus/publish', {
      unix: path,
      method: 'POST',
      headers: { Authorization: `Bearer ${tokens.of('wiki')}` },
      body,
    });
    return [response.status, ((await response.json()) as { error: string }).error];
  };

  test.each([
    ['that is no JSON', 'reload', 'expected JSON'],
    [
      'that is too long',
      JSON.stringify({ event: 'reload', payload: 'x'.repeat(70_000) }),
      'expected JSON of at most',
    ],
    ['that is no object', '"reload"', 'expected an object'],
    ['without an event', '{}', 'expected an event'],
    ['with an event that has no good name', '{"event":"Re load"}', 'expected an event of lower case'],
    [
      'with a key that is not known',
      '{"event":"reload","scop":"gateway"}',
      'expected event, scope, application and payload, found scop',
    ],
    [
      'with a scope that is not known',
      '{"event":"reload","scope":"worker"}',
      'expected the scope application or gateway',
    ],
    [
      'for the gateway with an application',
      '{"event":"reload","scope":"gateway","application":"wiki"}',
      'expected no application',
    ],
    [
      'for the gateway that is not to be had',
      '{"event":"exit"}',
      'expected graceful or reload for the gateway',
    ],
  ])('%s is refused with the reason', async (_what, body, message) => {
    await openDoor();
    const [status, error] = await post(body);
    expect(status).toBe(400);
    expect(error).toContain(message);
    expect(counted).toEqual(['refused wiki malformed']);
  });
});

describe('the socket', () => {
  const modeOf = (): number => statSync(path).mode & 0o777;

  test('is for the user of the gateway alone, as long as no program needs more', async () => {
    await openDoor();
    expect(modeOf()).toBe(0o600);
  });

  test('lets programs in that run as another user, and follows a reload', async () => {
    await openDoor();
    door.commit(configured([{ ...wiki, user: 'www-data' }]));
    expect(modeOf()).toBe(0o666);
    door.commit(configured([wiki, { ...quiet, user: 'www-data' }]));
    expect(modeOf()).toBe(0o600);
  });

  test('has the permissions that the operator has set', async () => {
    applications = [{ ...wiki, user: 'www-data' }];
    await openDoor(0o660);
    expect(modeOf()).toBe(0o660);
  });

  test('is there only while some application is on the bus', async () => {
    applications = [quiet];
    await openDoor();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    door.prepare(configured([wiki]));
    expect(modeOf()).toBe(0o600);
    door.commit(configured([quiet]));
    await until(() => statSync(path, { throwIfNoEntry: false }) === undefined, 'no socket');
  });
});

test('a subscriber that does not read is cut off, and costs the others nothing', () => {
  const subscribers = new EventSubscribers();
  subscribers.subscribe('wiki');
  const line = { event: 'flush', scope: 'application', payload: 'x'.repeat(30_000) } as const;
  let told = 0;
  for (let count = 0; count < 20; count += 1) told += subscribers.deliver(line, 'wiki');
  expect(told).toBeGreaterThan(5);
  expect(told).toBeLessThan(20);
  expect(subscribers.deliver(line, 'wiki')).toBe(0);
});
