import { beforeEach, describe, expect, test } from 'vitest';
import { Outbox } from '../../src/listener/outbox.ts';

/** A kernel that takes what the test lets it take. */
class Kernel {
  room = 0;
  gone = false;
  readonly taken: number[] = [];

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.gone) return -1;
    const count = Math.min(this.room, length);
    this.taken.push(...bytes.subarray(offset, offset + count));
    this.room -= count;
    return count;
  }
}

let told: string[];
let kernel: Kernel;
let outbox: Outbox;

beforeEach(() => {
  told = [];
  kernel = new Kernel();
  outbox = new Outbox(kernel, { held: () => told.push('held'), lost: () => told.push('lost') });
});

describe('what the kernel does not take at once', () => {
  test.each([
    ['an array', new Uint8Array(8)],
    ['a Buffer', Buffer.alloc(8)],
  ])('of a scratch buffer that is used again is kept as it was: %s', (_what, scratch) => {
    kernel.room = 1;
    scratch.set([1, 2, 3]);
    outbox.sendScratch(scratch, 3);
    scratch.set([4, 5, 6]);
    outbox.sendScratch(scratch, 3);
    scratch.fill(9);
    expect(outbox.waitingBytes).toBe(5);
    kernel.room = 100;
    expect(outbox.flush()).toBe(true);
    expect(kernel.taken).toEqual([1, 2, 3, 4, 5, 6]);
    expect(outbox.waitingBytes).toBe(0);
  });

  test('is told once, when it begins to wait', () => {
    kernel.room = 2;
    outbox.send(Uint8Array.of(1, 2));
    expect(told).toEqual([]);
    outbox.send(Uint8Array.of(3));
    outbox.send(Uint8Array.of(4));
    expect(told).toEqual(['held']);
    kernel.room = 1;
    expect(outbox.flush()).toBe(true);
    expect(outbox.flush()).toBe(false);
    outbox.send(Uint8Array.of(5));
    expect(told).toEqual(['held']);
  });
});

describe('a connection that is gone', () => {
  test.each([
    ['send', () => outbox.send(Uint8Array.of(1, 2, 3))],
    ['sendScratch', () => outbox.sendScratch(Uint8Array.of(1, 2, 3), 2)],
  ])('is told by the first %s, and nothing waits for it', (_what, send) => {
    kernel.gone = true;
    send();
    send();
    expect(told).toEqual(['lost']);
    expect(outbox.gone).toBe(true);
    expect(outbox.waitingBytes).toBe(0);
  });

  test('is told by a flush, and what waited is forgotten', () => {
    outbox.send(Uint8Array.of(1));
    outbox.send(Uint8Array.of(2));
    kernel.gone = true;
    expect(outbox.flush()).toBe(false);
    expect(told).toEqual(['held', 'lost']);
    expect(outbox.waitingBytes).toBe(0);
  });

  test('is not told to an owner who knows, and takes nothing any more', () => {
    kernel.room = 100;
    outbox.close();
    outbox.send(Uint8Array.of(1));
    expect(told).toEqual([]);
    expect(kernel.taken).toEqual([]);
  });
});
