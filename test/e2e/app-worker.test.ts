import { closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectDescriptor } from '../../src/app/connect-descriptor.ts';
import { DescriptorSender } from '../../src/prefork/descriptor-sender.ts';
import { openSocketPair } from '../../src/prefork/socket-pair.ts';
import { until } from '../support/until.ts';
import { scgiHead } from './ask-scgi.ts';

const root = join(import.meta.dirname, '../..');

/** A worker, and the test as its parent. */
class Parent {
  readonly lines: string[] = [];
  readonly child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>;
  readonly #descriptors: number;
  #control: Bun.Socket | undefined;
  #lastId = 0;

  private constructor(words: readonly string[]) {
    const [control, theirControl] = openSocketPair();
    const [descriptors, theirDescriptors] = openSocketPair();
    this.#descriptors = descriptors;
    this.child = Bun.spawn([join(root, 'bin/spillway'), 'app', ...words], {
      stdio: ['ignore', 'pipe', 'pipe', theirControl, theirDescriptors],
      env: { PATH: process.env.PATH, SPILLWAY_CONTROL_FD: '3', SPILLWAY_DESCRIPTORS_FD: '4' },
    });
    closeSync(theirControl);
    closeSync(theirDescriptors);
    void connectDescriptor<undefined>(control, {
      open: (socket) => {
        this.#control = socket;
      },
      data: (_, bytes) => {
        this.lines.push(
          ...bytes
            .toString('utf8')
            .split('\n')
            .filter((line) => line !== ''),
        );
      },
    });
  }

  static async start(...words: string[]): Promise<Parent> {
    const parent = new Parent([join(import.meta.dirname, 'fixtures/told-application.ts'), ...words]);
    await parent.untilSaid('ready', 1);
    return parent;
  }

  say(line: object): void {
    this.#control?.write(`${JSON.stringify(line)}\n`);
  }

  said(what: string): number {
    return this.lines.filter((line) => line.startsWith(`{"say":"${what}"`)).length;
  }

  async untilSaid(what: string, times: number): Promise<void> {
    await until(() => this.said(what) >= times, `${times} times ${what}`, 10_000);
  }

  /** Hands a connection over. */
  ask(path: string): { readonly answer: () => string; readonly isOver: () => boolean } {
    const [ours, theirs] = openSocketPair();
    let answer = '';
    let isOver = false;
    void connectDescriptor(ours, {
      open: (socket) => void socket.write(scgiHead(path)),
      data: (_, bytes) => {
        answer += bytes.toString('latin1');
      },
      end: (socket) => {
        isOver = true;
        socket.end();
      },
      close: () => {
        isOver = true;
      },
    });
    this.#lastId += 1;
    expect(new DescriptorSender().send(this.#descriptors, theirs)).toBe(true);
    closeSync(theirs);
    this.say({ say: 'connection', id: this.#lastId });
    return { answer: () => answer, isOver: () => isOver };
  }

  loseIt(): void {
    this.#control?.end();
  }

  async end(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.child.exited;
    this.#control?.terminate();
    closeSync(this.#descriptors);
  }
}

describe('a worker', () => {
  let parent: Parent | undefined;

  afterEach(async () => {
    await parent?.end();
    parent = undefined;
  });

  test('takes one connection at a time: it is ready again when its answer is out', async () => {
    parent = await Parent.start();
    const slow = parent.ask('/slow?ms=300');
    await parent.untilSaid('took', 1);
    expect(parent.lines.slice(0, 2)).toEqual(['{"say":"ready"}', '{"say":"took","id":1}']);
    expect(slow.isOver()).toBe(false);
    expect(parent.said('ready')).toBe(1);
    await parent.untilSaid('ready', 2);
    await until(() => slow.isOver(), 'the end of the answer');
    expect(slow.answer()).toMatch(/\r\n\r\nslow$/);
  });

  test('with --concurrency 2 is ready for a second one at once, and for a third one only then', async () => {
    parent = await Parent.start('--concurrency', '2');
    const first = parent.ask('/slow?ms=400');
    await parent.untilSaid('ready', 2);
    const second = parent.ask('/slow?ms=400');
    await parent.untilSaid('took', 2);
    expect(parent.said('ready')).toBe(2);
    await until(() => first.isOver() && second.isOver(), 'both answers');
    expect([first.answer(), second.answer()]).toEqual([
      expect.stringMatching(/slow$/),
      expect.stringMatching(/slow$/),
    ]);
  });

  test.each(['stop', 'the end of the control stream'])(
    'finishes what it has at %s, tells its listeners, and exits with 0',
    async (how) => {
      parent = await Parent.start();
      const slow = parent.ask('/slow?ms=400');
      await parent.untilSaid('took', 1);
      if (how === 'stop') parent.say({ say: 'stop' });
      else parent.loseIt();
      expect(await parent.child.exited).toBe(0);
      await until(() => slow.isOver(), 'the end of the answer');
      expect(slow.answer()).toMatch(/\r\n\r\nslow$/);
      expect(await parent.child.stderr.text()).toContain('told to stop');
    },
  );

  test('says no more in an answer that is cut on a Unix socket, where an end would look whole, and takes the next connection', async () => {
    parent = await Parent.start();
    const cut = parent.ask('/cut');
    await parent.untilSaid('ready', 2);
    const next = parent.ask('/told');
    await until(() => next.isOver(), 'the next answer');
    expect(cut.answer()).toMatch(/the beginning$/);
    expect(cut.isOver()).toBe(false);
  });

  test('leaves the signals to its parent', async () => {
    parent = await Parent.start();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) parent.child.kill(signal);
    const answered = parent.ask('/told');
    await until(() => answered.isOver(), 'an answer');
    expect(answered.answer()).toMatch(/\r\n\r\n\[\]$/);
  });

  test('hears the events of its parent, and skips what it does not know', async () => {
    parent = await Parent.start();
    parent.say({ say: 'something new' });
    parent.say({ say: 'event', channel: 'reload', from: 'operator' });
    const answered = parent.ask('/told');
    await until(() => answered.isOver(), 'an answer');
    expect(answered.answer()).toMatch(/\r\n\r\n\["reload"\]$/);
  });

  test('is told by its parent why an event was refused', async () => {
    parent = await Parent.start();
    const answered = parent.ask('/publish?scope=gateway');
    await parent.untilSaid('event', 1);
    const said = JSON.parse(parent.lines.find((line) => line.includes('"event"')) ?? '{}');
    expect(said).toEqual({ say: 'event', id: 1, channel: 'reload', scope: 'gateway' });
    parent.say({ say: 'event', answer: said.id, refused: 'wiki may not' });
    await until(() => answered.isOver(), 'an answer');
    expect(answered.answer()).toMatch(/\r\n\r\nrefused: wiki may not$/);
  });
});

describe('spillway app', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spillway-app-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function run(...words: string[]) {
    const child = Bun.spawn([join(root, 'bin/spillway'), 'app', ...words], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: await child.exited, error: await child.stderr.text() };
  }

  test.each([
    ['nothing', undefined, [], /try --http/],
    ['no file', undefined, ['--scgi', '127.0.0.1:0'], /expected a module, found no file.*app\/not-loaded/],
    [
      'no default export',
      'export const a = 1;',
      ['--scgi', '127.0.0.1:0'],
      /no default export.*app\/no-fetch/,
    ],
    ['a module that fails', 'throw new Error("broken")', ['--scgi', '127.0.0.1:0'], /broken/],
    ['a bad address', 'export default { fetch() {} }', ['--scgi', 'nowhere'], /expected an address/],
  ])('with %s says what was expected, and exits with 1', async (_, source, words, message) => {
    const file = join(folder, 'application.ts');
    if (source !== undefined) await Bun.write(file, source);
    const { code, error } = await run(file, ...words);
    expect(error).toMatch(message);
    expect(code).toBe(1);
  });
});
