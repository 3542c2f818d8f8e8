import { clamp } from './clamp.ts';
import { hysteresis } from './hysteresis.ts';
import { parseAddress } from './parse-address.ts';
import type { PolicyHelpers } from './policy-helpers.ts';
import { readClasses } from './read-classes.ts';
import { slidingWindow } from './sliding-window.ts';
import { smoothed } from './smoothed.ts';

/** What every policy gets as `helpers`. Without state of its own: one for all. */
export const standardPolicyHelpers: PolicyHelpers = {
  smoothed,
  slidingWindow,
  hysteresis,
  clamp,
  parseAddress,
  readClasses,
};
