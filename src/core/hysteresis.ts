import type { Hysteresis } from './policy-helpers.ts';

/** Starts off. What is no number leaves it as it is. A `fall` above `rise` counts as `rise`. */
export function hysteresis(rise: number, fall: number): Hysteresis {
  const off = Math.min(rise, fall);
  let on = false;
  return {
    feed(value) {
      if (value >= rise) on = true;
      else if (value < off) on = false;
      return on;
    },
    get on() {
      return on;
    },
  };
}
