import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteCollector } from '../../src/protocol/byte-collector.ts';
import { cutIntoChunks } from '../support/cut-into-chunks.ts';

test('lays pieces end to end, whatever their sizes', () => {
  const cuts = fc.array(fc.nat(3000), { maxLength: 20 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), cuts, (bytes, at) => {
      const collector = new ByteCollector();
      for (const chunk of cutIntoChunks(bytes, at)) collector.add(chunk, 0, chunk.length);
      expect(collector.length).toBe(bytes.length);
      expect(collector.take()).toEqual(bytes);
    }),
  );
});

test('keeps copies: a chunk may change afterwards', () => {
  const collector = new ByteCollector();
  const chunk = Uint8Array.of(1, 2, 3, 4);
  collector.add(chunk, 1, 3);
  chunk.fill(9);
  expect([...collector.take()]).toEqual([2, 3]);
});

test('starts over after what it has was taken', () => {
  const collector = new ByteCollector();
  collector.add(Uint8Array.of(1), 0, 1);
  const first = collector.take();
  collector.add(Uint8Array.of(2), 0, 1);
  expect([...first]).toEqual([1]);
  expect([...collector.take()]).toEqual([2]);
  expect(collector.length).toBe(0);
});
