import { describe, expect, test } from 'vitest';
import { Outbox } from '../../src/listener/outbox.ts';

/** A kernel that takes what the test lets it take. */
class Kernel {
  room = 0;
  readonly taken: number[] = [];

  write(bytes: Uint8Array, offset: number, length: number): number {
    const count = Math.min(this.room, length);
    this.taken.push(...bytes.subarray(offset, offset + count));
    this.room -= count;
    return count;
  }
}

describe('what the kernel does not take at once', () => {
  test.each([
    ['an array', new Uint8Array(8)],
    ['a Buffer', Buffer.alloc(8)],
  ])('of a scratch buffer that is used again is kept as it was: %s', (_what, scratch) => {
    const kernel = new Kernel();
    const outbox = new Outbox(kernel);
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
});
