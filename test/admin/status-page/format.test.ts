import { expect, test } from 'vitest';
import * as format from '../../../src/admin/status-page/format.ts';

test.each([
  [format.formatCount(1234567), '1,234,567'],
  [format.formatRate(0), '0'],
  [format.formatRate(2.34), '2.3'],
  [format.formatRate(234.5), '235'],
  [format.formatNumber(null), 'not known'],
  [format.formatNumber(1.23456), '1.235'],
  [format.formatShare(0.123), '12 %'],
  [format.formatShare(null), 'not known'],
  [format.formatBytes(23_600_000_000), '23.6 GB'],
  [format.formatBytes(512_000_000), '512 MB'],
  [format.formatBytes(null), 'not known'],
  [format.formatSeconds(0.42), '420 ms'],
  [format.formatSeconds(5), '5 s'],
  [format.formatSeconds(1.54), '1.5 s'],
  [format.formatSeconds(61.5), '62 s'],
  [format.formatSeconds(600), '10 min'],
  [format.formatSeconds(3 * 3600 + 60), '3 h 1 min'],
  [format.formatSeconds(50 * 3600), '2 d 2 h'],
  [format.formatSeconds(null), 'not known'],
  [format.formatParameter(60_000, 'ms'), '1m'],
  [format.formatParameter(0.7, 'share'), '0.7'],
  [format.formatParameter(true, undefined), 'true'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});

test('a time has its date where that is another', () => {
  const at = new Date(2030, 0, 2, 3, 4, 5);
  expect(format.formatTime(at.toISOString(), at.getTime() + 1000)).toBe('03:04:05');
  expect(format.formatTime(at.toISOString(), at.getTime() + 86_400_000)).toBe('2030-01-02 03:04:05');
});
