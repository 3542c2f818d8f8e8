import type { SlidingWindow } from './policy-helpers.ts';

/** The window moves in steps of a twentieth of its length: memory stays the same however much is fed. */
const STEPS = 20;

interface Step {
  /** Which step since the clock's start this one holds. */
  number: number;
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** What was fed in the last `lengthMs`, give or take one step. A value that is no finite number is passed over. */
export function slidingWindow(lengthMs: number): SlidingWindow {
  const stepMs = Math.max(lengthMs / STEPS, Number.EPSILON);
  const ring: Step[] = [];

  function* living(nowMs: number): Generator<Step> {
    const newest = Math.floor(nowMs / stepMs);
    for (const step of ring) if (step.number > newest - STEPS && step.number <= newest) yield step;
  }

  return {
    feed(value, nowMs) {
      if (!Number.isFinite(value)) return;
      const number = Math.floor(nowMs / stepMs);
      const place = ((number % STEPS) + STEPS) % STEPS;
      const step = ring[place];
      if (step === undefined || step.number !== number) {
        while (ring.length < place)
          ring.push({ number: Number.NEGATIVE_INFINITY, count: 0, sum: 0, minimum: 0, maximum: 0 });
        ring[place] = { number, count: 1, sum: value, minimum: value, maximum: value };
        return;
      }
      step.count += 1;
      step.sum += value;
      step.minimum = Math.min(step.minimum, value);
      step.maximum = Math.max(step.maximum, value);
    },
    minimum(nowMs) {
      let least: number | undefined;
      for (const step of living(nowMs)) least = Math.min(least ?? step.minimum, step.minimum);
      return least;
    },
    maximum(nowMs) {
      let greatest: number | undefined;
      for (const step of living(nowMs)) greatest = Math.max(greatest ?? step.maximum, step.maximum);
      return greatest;
    },
    mean(nowMs) {
      let sum = 0;
      let count = 0;
      for (const step of living(nowMs)) {
        sum += step.sum;
        count += step.count;
      }
      return count === 0 ? undefined : sum / count;
    },
    count(nowMs) {
      let count = 0;
      for (const step of living(nowMs)) count += step.count;
      return count;
    },
  };
}
