import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { createElement } from 'react';
import { describe, expect, test } from 'vitest';
import { type ShownStatus, topLines } from '../../src/cli/top/top-lines.ts';
import { TopView } from '../../src/cli/top/top-view.ts';
import { until } from '../support/until.ts';

const size = { columns: 100, changes: 10 };

function statusOf(uptime: number, served: number, changes: Partial<ShownStatus> = {}): ShownStatus {
  return {
    version: '1.2.3',
    started: '2030-01-01T00:00:00.000Z',
    uptime_seconds: uptime,
    readiness: { ready: true },
    listeners: [],
    last_reload: null,
    load: {
      processors: 2,
      machine_processors: 2,
      load_average: 1.234,
      running_tasks: 3,
      cpu_pressure_ratio: 0.256,
      memory_pressure_ratio: 0,
      io_pressure_ratio: null,
      cpu_busy_ratio: 0.5,
      memory_available_bytes: 3 * 2 ** 30,
      event_loop_delay_seconds: null,
    },
    applications: [
      {
        name: 'wiki',
        at: '/wiki',
        lanes: [
          { lane: 'exec', inflight: 4, limit: 4 },
          { lane: 'forward', inflight: 1, limit: null },
        ],
        queue: { length: 3, limit: 64, oldest_wait_seconds: 0.25, timeout_seconds: 5 },
        retry_after_seconds: 1,
        daemon: { state: 'up', last_failure: null },
        policies: [],
        decisions: [
          { policy: 'threshold', lane: 'exec', reason: 'quiet', total: served },
          { policy: 'threshold', lane: 'exec', reason: 'only_lane', total: served },
          { policy: 'threshold', lane: 'shed', reason: 'drowning', total: 1 },
        ],
      },
    ],
    recent_changes: [
      {
        time: '2030-01-01T03:04:05.000Z',
        event: 'shedding-began',
        application: 'wiki',
        details: { policy: 'pid' },
      },
      { time: '2030-01-01T03:00:00.000Z', event: 'reloaded', application: null, details: {} },
    ],
    overrides: [],
    ...changes,
  };
}

const texts = (lines: ReturnType<typeof topLines>): string[] => lines.map(({ text }) => text);

describe('the lines of `spillway top`', () => {
  test('show load, applications with lanes, limits and queues, and the last changes', () => {
    expect(texts(topLines(statusOf(70, 60), statusOf(60, 10), size))).toEqual([
      'Spillway 1.2.3  ready  up 1 min 10 s',
      'load 1.2 on 2 processors  running 3  busy 50%  pressure cpu 26% memory 0% io -  memory free 3 GiB',
      '',
      'APPLICATION      LANE     INFLIGHT  LIMIT   PER SECOND  QUEUE      OLDEST   DAEMON',
      'wiki             exec     4         4       10          3/64       0.3 s',
      '                 forward  1         -       0                               up',
      '                 shed                       0',
      '',
      'LAST CHANGES',
      '03:04:05  shedding-began  wiki  policy=pid',
      '03:00:00  reloaded',
    ]);
  });

  test('show what is set for a while', () => {
    const override = {
      application: 'wiki',
      policy: 'threshold',
      parameter: 'shed',
      value: 6,
      secondsLeft: 599.4,
      until: '2030-01-01T03:04:05.000Z',
    };
    expect(texts(topLines(statusOf(1, 1, { overrides: [override] }), undefined, size))).toContain(
      'wiki  threshold.shed=6  9 min 59 s left',
    );
  });

  test('have no rate before there are two looks, nor after a new start', () => {
    const rate = (before: ShownStatus | undefined) =>
      topLines(statusOf(5, 10), before, size).find(({ text }) => text.startsWith('wiki'))?.text;
    expect(rate(undefined)).toMatch(/exec +4 +4 +- /);
    expect(rate(statusOf(500, 100))).toMatch(/exec +4 +4 +- /);
  });

  test('obey no escape sequence that is in a change', () => {
    const details = { message: 'died: \x1b[2J' };
    const change = { time: '2030-01-01T03:04:05.000Z', event: 'daemon-died', application: 'wiki', details };
    expect(texts(topLines(statusOf(1, 1, { recent_changes: [change] }), undefined, size)).at(-1)).toBe(
      '03:04:05  daemon-died  wiki  message=died: \\u001b[2J',
    );
  });

  test('are cut to the width of the terminal', () => {
    for (const { text } of topLines(statusOf(5, 10), undefined, { columns: 40, changes: 1 }))
      expect(text.length).toBeLessThanOrEqual(40);
  });

  test('warn of what is full, and of what went wrong', () => {
    const warned = topLines(statusOf(5, 10), undefined, size).filter(({ tone }) => tone === 'warning');
    expect(texts(warned).map((text) => text.split(/ {2,}/)[1])).toEqual(
      expect.arrayContaining(['exec', 'shedding-began']),
    );
  });
});

/** A terminal of which only the text is looked at. */
class FakeTerminal extends Writable {
  readonly columns = 90;
  readonly rows = 24;
  readonly isTTY = true;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Its keyboard. */
class FakeKeyboard extends PassThrough {
  readonly isTTY = true;
  raw = false;

  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function show(ask: () => Promise<ShownStatus>) {
  const terminal = new FakeTerminal();
  const keyboard = new FakeKeyboard();
  const view = render(createElement(TopView, { ask, everyMs: 10 }), {
    stdout: terminal as unknown as NodeJS.WriteStream,
    stdin: keyboard as unknown as NodeJS.ReadStream,
    patchConsole: false,
    exitOnCtrlC: false,
    debug: true,
  });
  return { terminal, keyboard, view };
}

describe('the view in a terminal', () => {
  test('asks again and again, and shows rates from the second time on', async () => {
    let looks = 0;
    const { terminal, view } = show(async () => statusOf(++looks, 10 * looks));
    await until(() => /wiki +exec +4 +4 +20 /.test(terminal.text), 'a rate');
    expect(terminal.text).toContain('APPLICATION');
    view.unmount();
  });

  test('ends at q, and gives the keyboard back', async () => {
    let looks = 0;
    const { terminal, keyboard, view } = show(async () => statusOf(++looks, 1));
    await until(() => terminal.text.includes('q ends it') && looks > 1, 'a look');
    expect(keyboard.raw).toBe(true);
    keyboard.write('q');
    await view.waitUntilExit();
    expect(keyboard.raw).toBe(false);
  });

  test('says where nobody answers, and keeps what it knew', async () => {
    let looks = 0;
    const { terminal, view } = show(async () => {
      looks += 1;
      if (looks > 1) throw new Error('nobody is there');
      return statusOf(1, 1);
    });
    await until(() => terminal.text.includes('no answer: nobody is there'), 'the problem');
    view.unmount();
    expect(terminal.text.slice(0, terminal.text.indexOf('no answer'))).toContain('wiki');
  });
});
