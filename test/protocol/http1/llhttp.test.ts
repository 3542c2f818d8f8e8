import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteStringBytes } from '../../../src/protocol/byte-string-bytes.ts';
import { peer } from '../../support/peer.ts';
import { type Comparison, compareWithLlhttp } from './compare-with-llhttp.ts';
import { llhttp } from './llhttp.ts';
import { LAXER, OTHER_PERSISTENCE, STRICTER } from './llhttp-differences.ts';
import { nearValidSeries } from './near-valid-series.ts';
import { readSeries } from './read-series.ts';
import { validRequest } from './valid-request.ts';

const node = peer('Node, for its HTTP parser llhttp,', 'node');

/** The same series in every run; another seed explores: `SPILLWAY_SEED=…`. */
const seedOfRun = Number(process.env.SPILLWAY_SEED ?? 1);

function compare(texts: readonly string[]): Comparison[] {
  const theirs = llhttp(node.path, texts);
  return texts.map((text, index) => compareWithLlhttp(readSeries([byteStringBytes(text)]), theirs[index]!));
}

function isExplained(comparison: Comparison, text: string): boolean {
  switch (comparison.kind) {
    case 'same':
    case 'undecided':
      return true;
    case 'stricter':
      return STRICTER.some(({ code }) => code === comparison.code);
    case 'laxer':
      return LAXER.some(
        ({ codes, applies }) =>
          codes.includes(comparison.code) && applies(comparison.request, comparison.part, text),
      );
    case 'persistence':
      return OTHER_PERSISTENCE.some(({ applies }) => applies(comparison.request, text));
    case 'framing':
      return false;
  }
}

function unexplained(texts: readonly string[]): string[] {
  return compare(texts).flatMap((comparison, index) => {
    const text = texts[index]!;
    return isExplained(comparison, text) ? [] : [`${JSON.stringify(text)}: ${JSON.stringify(comparison)}`];
  });
}

describe.skipIf(!node.available)('beside llhttp', () => {
  test('no request that both take is read as another one, and every other difference is a listed one', () => {
    const seed = seedOfRun;
    const texts = fc.sample(nearValidSeries, { numRuns: 10_000, seed });
    expect(unexplained(texts), `seed ${seed}`).toEqual([]);
  });

  test('valid requests are read the same, but for what is listed', () => {
    const seed = seedOfRun;
    const series = fc.array(validRequest, { minLength: 1, maxLength: 3 });
    const texts = fc
      .sample(series, { numRuns: 1000, seed })
      .map((requests) => requests.map(({ text }) => text).join(''));
    expect(unexplained(texts), `seed ${seed}`).toEqual([]);
  });

  for (const { code, reason, example } of STRICTER) {
    test(`we refuse ${code}: ${reason}`, () => {
      expect(compare([example])).toEqual([{ kind: 'stricter', code }]);
    });
  }

  for (const { codes, reason, example, applies } of LAXER) {
    test(`we take what llhttp calls ${codes[0]}: ${reason}`, () => {
      const [comparison] = compare([example]);
      if (comparison?.kind !== 'laxer') throw new Error(`no such difference: ${JSON.stringify(comparison)}`);
      expect(codes).toContain(comparison.code);
      expect(applies(comparison.request, comparison.part, example)).toBe(true);
    });
  }

  for (const { reason, example, applies } of OTHER_PERSISTENCE) {
    test(`we keep or close the connection otherwise: ${reason}`, () => {
      const [comparison] = compare([example]);
      if (comparison?.kind !== 'persistence')
        throw new Error(`no such difference: ${JSON.stringify(comparison)}`);
      expect(applies(comparison.request, example)).toBe(true);
    });
  }
});
