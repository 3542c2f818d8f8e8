import type { Row } from './row.ts';
import { daemons } from './rows/daemons.ts';
import { decisions } from './rows/decisions.ts';
import { durations } from './rows/durations.ts';
import { gateway } from './rows/gateway.ts';
import { isItWell } from './rows/is-it-well.ts';
import { limitsAndQueues } from './rows/limits-and-queues.ts';
import { machine } from './rows/machine.ts';
import { onTrial } from './rows/on-trial.ts';
import { oneShotFrontends } from './rows/one-shot-frontends.ts';

/** In the order in which one asks when the telephone has rung: is it bad, what is done about it, why, and what of. */
export const rows: readonly Row[] = [
  isItWell,
  decisions,
  limitsAndQueues,
  durations,
  machine,
  daemons,
  onTrial,
  gateway,
  oneShotFrontends,
];
