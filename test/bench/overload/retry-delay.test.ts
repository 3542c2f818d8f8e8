import { describe, expect, test } from 'vitest';
import { readRetryAfter } from './read-retry-after.ts';
import { retryDelayMs } from './retry-delay.ts';

const least = () => 0;
const most = () => 1;

describe('who was shed', () => {
  test.each([
    { told: 1000, from: 1000, to: 1250 },
    { told: 2000, from: 2000, to: 2500 },
    { told: 30_000, from: 2000, to: 2500 },
    { told: 0, from: 0, to: 0 },
  ])('and told to wait $told ms waits $from to $to ms', ({ told, from, to }) => {
    expect(retryDelayMs(1, told, least)).toBe(from);
    expect(retryDelayMs(1, told, most)).toBe(to);
  });

  test.each([
    { attempts: 1, from: 125, to: 250 },
    { attempts: 2, from: 250, to: 500 },
    { attempts: 3, from: 500, to: 1000 },
    { attempts: 4, from: 1000, to: 2000 },
    { attempts: 5, from: 2000, to: 4000 },
  ])('and told nothing waits $from to $to ms after attempt $attempts', ({ attempts, from, to }) => {
    expect(retryDelayMs(attempts, undefined, least)).toBe(from);
    expect(retryDelayMs(attempts, undefined, most)).toBe(to);
  });

  test('gives up after coming back five times', () => {
    expect(retryDelayMs(6, undefined, least)).toBeUndefined();
    expect(retryDelayMs(6, 1000, least)).toBeUndefined();
  });
});

describe('the time that an answer says', () => {
  test.each([
    ['seconds', 'HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n', 7000],
    ['a name in other letters', 'HTTP/1.1 503 Busy\r\nretry-after:7\r\nA: b\r\n\r\n', 7000],
    ['none', 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', undefined],
    ['a date', 'HTTP/1.1 503 Busy\r\nRetry-After: Sat, 21 Nov 2026 20:00:00 GMT\r\n\r\n', undefined],
    ['another field that ends so', 'HTTP/1.1 503 Busy\r\nX-Retry-After: 7\r\n\r\n', undefined],
  ])('is read: %s', (_, head, expected) => {
    expect(readRetryAfter(head)).toBe(expected);
  });
});
