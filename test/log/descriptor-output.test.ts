import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DescriptorOutput } from '../../src/log/descriptor-output.ts';
import { FileTree } from '../support/file-tree.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let tree: FileTree;
let clock: VirtualClock;
let descriptor: number;
let output: DescriptorOutput;
beforeEach(() => {
  tree = new FileTree({ log: '' });
  clock = new VirtualClock();
  descriptor = openSync(`${tree.root}/log`, 'a');
  output = new DescriptorOutput({ clock, descriptor });
});
afterEach(() => {
  closeSync(descriptor);
  tree.dispose();
});

const written = () => readFileSync(`${tree.root}/log`, 'utf8');

describe('lines for a descriptor', () => {
  test('wait for others for 100 ms', () => {
    output.write('one\n');
    output.write('two\n');
    clock.advance(99);
    expect([written(), clock.pending]).toEqual(['', 1]);
    clock.advance(1);
    expect(written()).toBe('one\ntwo\n');
    expect(clock.pending).toBe(0);
  });

  test('go out sooner when there are 8 KiB of them', () => {
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 8; count += 1) output.write(line);
    expect(clock.pending).toBe(0);
    expect(written()).toBe(line.repeat(8));
  });

  test('are written before a flush returns, in order', () => {
    output.write('one\n');
    output.write('two \u00e9\n');
    output.flush();
    expect(written()).toBe('one\ntwo \u00e9\n');
  });

  test('survive a flush of nothing', () => {
    output.flush();
    output.flush();
    expect(written()).toBe('');
  });
});

describe.runIf(process.platform === 'linux')('a descriptor that takes nothing', () => {
  test('on a full disk loses lines and counts them, when written and when flushed', () => {
    const full = openSync('/dev/full', 'w');
    const toFull = new DescriptorOutput({ clock, descriptor: full });
    toFull.write('one\ntwo\n');
    clock.advance(100);
    expect(toFull.lost).toBe(2);
    toFull.write('three\n');
    toFull.close();
    expect(toFull.lost).toBe(3);
    closeSync(full);
  });

  test('because it is closed does no harm', () => {
    const closed = openSync('/dev/null', 'w');
    closeSync(closed);
    const toClosed = new DescriptorOutput({ clock, descriptor: closed });
    toClosed.write('one\n');
    expect(() => toClosed.flush()).not.toThrow();
    expect(toClosed.lost).toBe(1);
  });
});

describe.runIf(process.platform === 'linux')('a pipe whose reader does not read', () => {
  let pipe: number;
  let toPipe: DescriptorOutput;
  beforeEach(() => {
    execFileSync('mkfifo', [`${tree.root}/pipe`]);
    // Open in both directions: neither end waits for the other.
    pipe = openSync(`${tree.root}/pipe`, constants.O_RDWR | constants.O_NONBLOCK);
    toPipe = new DescriptorOutput({ clock, descriptor: pipe });
  });
  afterEach(() => closeSync(pipe));

  const readAll = (): string => {
    const buffer = Buffer.alloc(1024 * 1024);
    let text = '';
    try {
      for (;;) text += buffer.toString('latin1', 0, readSync(pipe, buffer));
    } catch {
      return text;
    }
  };

  test('holds up nobody, and gets every line in order when it reads again', () => {
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line} of many\n`);
    for (const line of lines) toPipe.write(line);
    let read = '';
    for (let turn = 0; turn < 20; turn += 1) {
      read += readAll();
      clock.advance(10);
    }
    clock.advance(100);
    read += readAll();
    expect(read).toBe(lines.join(''));
    expect([toPipe.lost, clock.pending]).toEqual([0, 0]);
    toPipe.close();
  });

  test('loses what is beyond 16 MiB, whole lines of it, and they are counted', () => {
    const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let count = 0; count < 20; count += 1) toPipe.write(line);
    expect(toPipe.lost).toBeGreaterThanOrEqual(3);
    expect(toPipe.lost).toBeLessThanOrEqual(4);
    toPipe.close();
  });

  test('holds up a flush for half a second and no longer', () => {
    toPipe.write('x'.repeat(1024 * 1024).concat('\n'));
    const begunMs = performance.now();
    toPipe.close();
    expect(performance.now() - begunMs).toBeLessThan(5000);
    expect(toPipe.lost).toBe(1);
  });
});
