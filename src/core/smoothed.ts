import type { Smoothed } from './policy-helpers.ts';

/**
 * Exponential smoothing of measurements that come at uneven times: a new value is taken to have held since the last
 * one, so what came before keeps 2^(-gap / half-life) of its weight. Several values fed at one instant leave only the first.
 * A value that is no finite number is passed over.
 */
export function smoothed(halfLifeMs: number): Smoothed {
  let value: number | undefined;
  let fedMs = 0;
  return {
    feed(next, nowMs) {
      if (!Number.isFinite(next)) return value ?? 0;
      if (value === undefined) {
        value = next;
        fedMs = nowMs;
      } else if (nowMs > fedMs) {
        const kept = halfLifeMs > 0 ? 2 ** ((fedMs - nowMs) / halfLifeMs) : 0;
        value = next + (value - next) * kept;
        fedMs = nowMs;
      }
      return value;
    },
    get value() {
      return value;
    },
  };
}
