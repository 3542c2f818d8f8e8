import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectionQueue } from '../../src/prefork/connection-queue.ts';

test('behaves as a list with two ends', () => {
  const step = fc.constantFrom('push', 'pushFront', 'shift', 'shift');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const queue = new ConnectionQueue();
      const model: number[] = [];
      steps.forEach((kind, id) => {
        if (kind === 'shift') expect(queue.shift()?.id).toBe(model.shift());
        else {
          queue[kind]({ id, arrivedMs: 0, attempts: 0 });
          if (kind === 'push') model.push(id);
          else model.unshift(id);
        }
        expect(queue.length).toBe(model.length);
        expect(queue.peek()?.id).toBe(model[0]);
      });
    }),
  );
});

test('keeps its order beyond what it holds before it is compacted', () => {
  const queue = new ConnectionQueue();
  for (let id = 0; id < 5000; id += 1) queue.push({ id, arrivedMs: 0, attempts: 0 });
  for (let id = 0; id < 5000; id += 1) expect(queue.shift()?.id).toBe(id);
  expect(queue.shift()).toBeUndefined();
});
