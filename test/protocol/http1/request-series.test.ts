import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { cutAt } from './cut-at.ts';
import { nearValidSeries } from './near-valid-series.ts';
import { readSeries } from './read-series.ts';
import { validRequest } from './valid-request.ts';

const places = fc.array(fc.nat(2000), { maxLength: 20 });
const SMALL = { maxHeadBytes: 120, maxTargetBytes: 20, maxFields: 3 };

function singly(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, index) => bytes.slice(index, index + 1));
}

describe('a series of valid requests', () => {
  test('is read as it was meant, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.array(validRequest, { minLength: 1, maxLength: 4 }), places, (requests, places) => {
        const pieces = cutAt(byteStringBytes(requests.map(({ text }) => text).join('')), places);
        const series = readSeries(pieces);
        expect(series.end).toBe('more');
        expect(series.requests).toHaveLength(requests.length);
        requests.forEach(({ read }, index) => {
          expect(series.requests[index]).toMatchObject(read);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('where the bytes were cut makes no difference', () => {
  test('to requests with something wrong in them, byte by byte included', () => {
    fc.assert(
      fc.property(nearValidSeries, places, (text, places) => {
        const bytes = byteStringBytes(text);
        const whole = readSeries([bytes]);
        expect(readSeries(cutAt(bytes, places))).toEqual(whole);
        expect(readSeries(singly(bytes))).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  test('to what the limits say', () => {
    fc.assert(
      fc.property(fc.array(validRequest, { maxLength: 2 }), places, (requests, places) => {
        const bytes = byteStringBytes(requests.map(({ text }) => text).join(''));
        const whole = readSeries([bytes], SMALL);
        expect(readSeries(cutAt(bytes, places), SMALL)).toEqual(whole);
        expect(readSeries(singly(bytes), SMALL)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

describe('garbage', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .string({
        unit: fc.constantFrom('\r\n', '\r', '\n', ' ', ':', '0', 'a', ';', '/', 'GET / HTTP/1.1\r\n'),
        maxLength: 60,
      })
      .map(byteStringBytes),
  );

  test('is refused or waited for, never thrown at, and its verdict does not depend on the cuts', () => {
    fc.assert(
      fc.property(bytes, places, (bytes, places) => {
        const whole = readSeries([bytes]);
        if (typeof whole.end !== 'string') {
          expect(whole.end.status).toBeGreaterThanOrEqual(400);
          expect(whole.end.code).toMatch(/^http\/[a-z0-9.-]+$/);
        }
        expect(readSeries(cutAt(bytes, places))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });
});
