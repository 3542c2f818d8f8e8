import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineReader } from '../../src/prefork/line-reader.ts';
import {
  encodeLine,
  MAX_LINE_LENGTH,
  type ParentLine,
  parseParentLine,
  parseWorkerLine,
  type WorkerLine,
} from '../../src/prefork/worker-protocol.ts';

const event = fc
  .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 })
  .map((fields) => ({ ...JSON.parse(JSON.stringify(fields)), say: 'event' as const }));
const workerLine: fc.Arbitrary<WorkerLine> = fc.oneof(
  fc.constant({ say: 'ready' as const }),
  fc.record({ say: fc.constant('took' as const), id: fc.nat() }),
  event,
);
const parentLine: fc.Arbitrary<ParentLine> = fc.oneof(
  fc.constant({ say: 'stop' as const }),
  fc.record({ say: fc.constant('connection' as const), id: fc.nat() }),
  event,
);

describe('the worker protocol', () => {
  test('reads back what a worker says', () => {
    fc.assert(
      fc.property(workerLine, (line) => {
        expect(parseWorkerLine(encodeLine(line).slice(0, -1))).toEqual(line);
      }),
    );
  });

  test('reads back what a parent says', () => {
    fc.assert(
      fc.property(parentLine, (line) => {
        expect(parseParentLine(encodeLine(line).slice(0, -1))).toEqual(line);
      }),
    );
  });

  test('has one newline a line, at its end', () => {
    fc.assert(
      fc.property(workerLine, (line) => encodeLine(line).indexOf('\n') === encodeLine(line).length - 1),
    );
  });

  test.each([
    '',
    'ready',
    '[]',
    'null',
    '7',
    '{}',
    '{"say":7}',
    '{"say":"took"}',
    '{"say":"took","id":-1}',
    '{"say":"took","id":1.5}',
    '{"say":"ready"',
  ])('takes %j from a worker for a breach', (line) => expect(parseWorkerLine(line)).toBeUndefined());

  test.each(['{"say":"connection"}', '{"say":"connection","id":"7"}', 'stop'])(
    'takes %j from a parent for a breach',
    (line) => expect(parseParentLine(line)).toBeUndefined(),
  );

  test('skips what a later version may say', () => {
    expect(parseWorkerLine('{"say":"progress","percent":3}')).toBe('unknown');
    expect(parseParentLine('{"say":"sleep"}')).toBe('unknown');
  });

  test('takes spaces and further fields as JSON has them', () => {
    expect(parseWorkerLine('{ "say": "ready", "load": 3 }')).toEqual({ say: 'ready' });
  });
});

describe('the reader of lines', () => {
  test('finds the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (texts, sizes) => {
          const lines = texts.map((text) => text.replaceAll('\n', ' '));
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const reader = new LineReader();
          const found: string[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value ?? 1;
            found.push(...(reader.read(bytes.subarray(at, at + size)) ?? []));
            at += size;
          }
          expect(found).toEqual(lines);
        },
      ),
    );
  });

  test('refuses a line without end', () => {
    const reader = new LineReader();
    expect(reader.read(Buffer.alloc(MAX_LINE_LENGTH, 0x61))).toEqual([]);
    expect(reader.read(Buffer.from('a'))).toBeUndefined();
  });
});
