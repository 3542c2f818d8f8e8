import { describe, expect, test } from 'vitest';
import { ApplicationBus } from '../../src/app/application-bus.ts';
import { ControlUplink } from '../../src/app/control-uplink.ts';
import type { EventLine } from '../../src/prefork/worker-protocol.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

async function startedBus() {
  const clock = new VirtualClock();
  const bus = new ApplicationBus(clock);
  const failures: string[] = [];
  bus.connect(undefined, (text) => failures.push(text));
  await bus.hear({ channel: 'start' });
  return { bus, clock, failures };
}

describe('the bus of an application', () => {
  test('tells every listener of a channel, and logs those that fail', async () => {
    const { bus, failures } = await startedBus();
    const heard: string[] = [];
    bus.subscribe('reload', function broken() {
      throw new Error('no file');
    });
    bus.subscribe('reload', ({ payload }) => {
      heard.push(String(payload));
    });
    expect(await bus.hear({ channel: 'reload', payload: 'x' })).toBe(false);
    expect(heard).toEqual(['x']);
    expect(failures).toEqual([expect.stringMatching(/^the listener broken of reload failed: .*no file/s)]);
  });

  test('gives a listener its time and no more', async () => {
    const { bus, clock, failures } = await startedBus();
    bus.subscribe('reload', () => new Promise(() => {}), { timeoutMs: 50, name: 'endless' });
    const heard = bus.hear({ channel: 'reload' });
    await clock.advanceAsync(50);
    expect(await heard).toBe(false);
    expect(failures[0]).toContain('endless');
  });

  test('tells nobody who has ended the subscription', async () => {
    const { bus } = await startedBus();
    let heard = 0;
    const end = bus.subscribe('reload', () => {
      heard += 1;
    });
    end();
    await bus.publish('reload');
    expect(heard).toBe(0);
  });

  test('carries names of the application itself within it, without a parent too', async () => {
    const { bus } = await startedBus();
    const heard: unknown[] = [];
    bus.subscribe('cache-emptied', ({ payload }) => {
      heard.push(payload);
    });
    await bus.publish('cache-emptied', { payload: { page: 7 } });
    expect(heard).toEqual([{ page: 7 }]);
  });

  test('refuses what is no name', async () => {
    const { bus } = await startedBus();
    await expect(bus.publish('No Name')).rejects.toBeInstanceOf(RangeError);
  });

  test('says that there is no gateway', async () => {
    const { bus } = await startedBus();
    await expect(bus.publish('reload', { scope: 'gateway' })).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('tells the listeners of stop, then those of exit, when the process ends', async () => {
    const { bus } = await startedBus();
    const heard: string[] = [];
    for (const channel of ['exit', 'stop']) bus.subscribe(channel, () => void heard.push(channel));
    await bus.hear({ channel: 'exit' });
    expect(heard).toEqual(['stop', 'exit']);
    await expect(bus.publish('reload')).rejects.toMatchObject({ code: 'not-now' });
  });
});

describe('the way up from a worker', () => {
  function uplink() {
    const lines: EventLine[] = [];
    const clock = new VirtualClock();
    return { lines, clock, up: new ControlUplink((line) => lines.push(line), clock) };
  }

  test('says the event with an id, and is done when that is answered', async () => {
    const { lines, up } = uplink();
    const published = up.publish({ channel: 'reload', payload: 1 }, 'gateway');
    expect(lines).toEqual([{ say: 'event', id: 1, channel: 'reload', payload: 1, scope: 'gateway' }]);
    expect(up.received({ say: 'event', answer: 1 })).toBeUndefined();
    await published;
  });

  test('tells why it was refused', async () => {
    const { up } = uplink();
    const published = up.publish({ channel: 'stop' }, 'gateway');
    up.received({ say: 'event', answer: 1, refused: 'not allowed' });
    await expect(published).rejects.toMatchObject({ code: 'refused', message: 'not allowed' });
  });

  test('waits for no answer for ever', async () => {
    const { up, clock } = uplink();
    const published = up.publish({ channel: 'reload' }, 'gateway');
    const outcome = expect(published).rejects.toMatchObject({ code: 'unreachable' });
    await clock.advanceAsync(60_000);
    await outcome;
  });

  test('tells who waits that the parent is gone', async () => {
    const { up, clock } = uplink();
    const published = up.publish({ channel: 'reload' }, 'gateway');
    up.close();
    await expect(published).rejects.toMatchObject({ code: 'unreachable' });
    expect(clock.pending).toBe(0);
  });

  test.each([
    [
      { say: 'event', channel: 'reload', from: 'wiki' },
      { channel: 'reload', from: 'wiki' },
    ],
    [{ say: 'event', channel: 'Not A Name' }, undefined],
    [{ say: 'event' }, undefined],
    [{ say: 'event', answer: 99 }, undefined],
  ] as const)('takes %j from the parent as %j', (line, event) => {
    expect(uplink().up.received(line)).toEqual(event);
  });
});
