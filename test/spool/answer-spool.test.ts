import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AnswerSpool } from '../../src/spool/answer-spool.ts';
import { descriptorNoise, openDescriptors } from '../support/open-descriptors.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { until } from '../support/until.ts';
import { SlowSink } from './slow-sink.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-answers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As the gate uses it: straight to the sink until that refuses, then by the spool. */
class Writer {
  readonly sink = new SlowSink();
  readonly spool: AnswerSpool;
  held = false;
  rooms = 0;

  constructor(set: object = {}) {
    // The first byte fills the sink.
    this.sink.write(new Uint8Array(0));
    this.spool = new AnswerSpool(
      this.sink,
      { memoryBytes: 1000, diskBytes: 100_000, folder, ...set },
      {
        room: () => {
          this.held = false;
          this.rooms += 1;
        },
      },
    );
    this.held = this.spool.full;
    this.sink.onDrain = () => this.spool.drained();
  }

  write(chunk: Uint8Array): boolean {
    this.held = !this.spool.write(chunk);
    return !this.held;
  }
}

/** Bytes in the files without a name of our folder. */
function bytesInFiles(): number {
  let bytes = 0;
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder))
        bytes += statSync(`/proc/self/fd/${descriptor}`).size;
    } catch {
      // Closed meanwhile.
    }
  }
  return bytes;
}

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

describe('an answer for a slow visitor', () => {
  test('arrives in order and whole, whatever the order of writes, drains and the end', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 });
    const bounds = fc.record({
      memoryBytes: fc.constantFrom(0, 1, 500, 5000),
      diskBytes: fc.constantFrom(0, 700, 4096, 1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(sizes, bounds, fc.integer(), async (chunkSizes, set, seed) => {
        const random = seededRandom(seed);
        const writer = new Writer(set);
        const written: Uint8Array[] = [];
        const left = chunkSizes.map((length) => filled(length, Math.floor(random() * 256)));
        let ended = false;
        const deadline = performance.now() + 5000;
        while (writer.sink.over === undefined) {
          if (performance.now() > deadline) throw new Error('no progress');
          const chance = random();
          const next = left[0];
          if (chance < 0.4 && next !== undefined && !writer.held) {
            written.push(next);
            left.shift();
            writer.write(next);
          } else if (chance < 0.7 && writer.sink.holds) writer.sink.drain(1 + Math.floor(random() * 2000));
          else if (next === undefined && !ended) {
            ended = true;
            writer.spool.end();
          } else if (chance > 0.85) await new Promise(setImmediate);
        }
        expect(writer.sink.over).toBe('whole');
        expect(writer.sink.taken.equals(Buffer.concat(written))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('goes straight through, as the very same bytes, while the visitor takes them', () => {
    const writer = new Writer();
    writer.sink.drain(10_000);
    const chunk = filled(5000, 1);
    expect(writer.write(chunk)).toBe(true);
    expect(writer.sink.taken.equals(chunk)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does not hold the writer back before memory and file are full', async () => {
    const writer = new Writer({ memoryBytes: 100_000, diskBytes: 1_000_000 });
    let written = 0;
    while (written < 1_100_000) {
      await until(() => !writer.held, 'room');
      writer.write(filled(10_000, 2));
      written += 10_000;
    }
    expect(writer.sink.takenBytes).toBe(0);
    // What may wait to be written, and no more.
    for (; !writer.held; written += 10_000) {
      writer.write(filled(10_000, 2));
      await Bun.sleep(1);
    }
    expect(written).toBeLessThan(1_100_000 + 300_000);
    const { rooms } = writer;
    writer.sink.drain(500_000);
    await until(() => writer.rooms > rooms, 'room');
    writer.spool.discard();
  });

  test('waits in the file with all of its bytes once memory was full, and not in both', async () => {
    await until(() => bytesInFiles() === 0, 'that other files are gone');
    const writer = new Writer({ memoryBytes: 50_000 });
    for (let count = 0; count < 5; count += 1) writer.write(filled(10_000, count));
    expect(bytesInFiles()).toBe(0);
    writer.write(filled(10_000, 5));
    await until(() => bytesInFiles() === 60_000, 'that everything is in the file');
    writer.spool.end();
    writer.sink.drain(100_000);
    await until(() => writer.sink.over === 'whole', 'the end');
    expect(
      writer.sink.taken.equals(Buffer.concat([0, 1, 2, 3, 4, 5].map((byte) => filled(10_000, byte)))),
    ).toBe(true);
  });

  test('without a file, holds the writer back when memory is full, and lets it go on at half', () => {
    const writer = new Writer({ diskBytes: 0 });
    expect(writer.held).toBe(false);
    expect(writer.write(filled(500, 1))).toBe(true);
    expect(writer.write(filled(500, 2))).toBe(false);
    writer.sink.drain(100);
    expect(writer.rooms).toBe(1);
    expect(writer.sink.takenBytes).toBe(1000);
  });

  test('with nothing to wait in, holds the writer back as the sink does', () => {
    const writer = new Writer({ memoryBytes: 0, diskBytes: 0 });
    expect(writer.held).toBe(true);
    writer.sink.drain(10);
    expect(writer.rooms).toBe(1);
    expect(writer.write(filled(5, 1))).toBe(true);
    expect(writer.write(filled(5, 1))).toBe(false);
  });

  test('is not lost where no file can be made: the writer is held back', async () => {
    const writer = new Writer({ folder: '/nonexistent' });
    const written: Uint8Array[] = [];
    let holds = 0;
    // What was written before the attempt to make the file had failed takes several drains to go.
    for (let count = 0; holds <= 50 && count < 10_000; count++) {
      if (writer.held) holds += 1;
      while (writer.held) {
        writer.sink.drain(1500);
        await new Promise(setImmediate);
      }
      const chunk = filled(700, count);
      written.push(chunk);
      writer.write(chunk);
      await new Promise(setImmediate);
    }
    expect(holds).toBeGreaterThan(50);
    writer.spool.end();
    while (writer.sink.over === undefined) {
      writer.sink.drain(5000);
      await new Promise(setImmediate);
    }
    expect(writer.sink.taken.equals(Buffer.concat(written))).toBe(true);
  });

  test('leaves no file and no descriptor behind, given up at any moment', async () => {
    const before = openDescriptors();
    for (let round = 0; round < 2 * descriptorNoise; round++) {
      const writer = new Writer();
      writer.write(filled(5000, 1));
      for (let turn = 0; turn < round % 7; turn++) await new Promise(setImmediate);
      writer.spool.discard();
      writer.sink.drain(10_000);
      expect(writer.write(filled(10, 1))).toBe(true);
      expect(writer.sink.takenBytes).toBe(0);
    }
    await until(() => openDescriptors() < before + descriptorNoise, 'that descriptors are closed');
    await until(() => readdirSync(folder).length === 0, 'that no file is left');
  });
});
