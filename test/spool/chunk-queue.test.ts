import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkQueue } from '../../src/spool/chunk-queue.ts';

describe('a queue of chunks', () => {
  test('gives the same bytes in the same order, however they are put in and taken out', () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((chunk) => ({ push: chunk })),
      fc.integer({ min: 4000, max: 9000 }).map((length) => ({ push: new Uint8Array(length).fill(length) })),
      fc.integer({ min: 1, max: 30_000 }).map((drop) => ({ drop })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ChunkQueue();
        const put: Uint8Array[] = [];
        const got: Uint8Array[] = [];
        for (const one of steps) {
          if ('push' in one) {
            put.push(one.push);
            queue.push(one.push);
          } else if (queue.first !== undefined) {
            const piece = queue.first.subarray(0, one.drop);
            got.push(piece);
            queue.drop(piece.length);
          }
        }
        const left = Buffer.concat(put).length - Buffer.concat(got).length;
        expect(queue.bytes).toBe(left);
        for (let first = queue.first; first !== undefined; first = queue.first) {
          got.push(first);
          queue.drop(first.length);
        }
        expect(Buffer.concat(got).equals(Buffer.concat(put))).toBe(true);
        expect(queue.bytes).toBe(0);
      }),
    );
  });

  test('puts small chunks together, and passes large ones on as they are', () => {
    const queue = new ChunkQueue();
    for (let count = 0; count < 100; count++) queue.push(new Uint8Array(10).fill(count));
    expect(queue.first).toHaveLength(1000);
    queue.drop(1000);
    const large = new Uint8Array(50_000);
    queue.push(large);
    expect(queue.first).toBe(large);
  });

  test('takes time in proportion to what goes through it', () => {
    const queue = new ChunkQueue();
    const large = new Uint8Array(4096);
    for (let count = 0; count < 300_000; count++) queue.push(large);
    let pieces = 0;
    for (; queue.first !== undefined; queue.drop(4096)) pieces += 1;
    expect(pieces).toBe(300_000);
  }, 2000);
});
