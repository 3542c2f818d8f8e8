import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.ts';

/** Keys that are read once, at the start. */
const readOnce = [
  'log',
  'decisionLog',
  'explain',
  'metrics',
  'requestIdHeader',
  'trustedProxies',
  'control',
] as const;

/** What has changed and waits for the next start. */
export function needsRestart(before: Configuration, next: Configuration): readonly string[] {
  return readOnce.filter((key) => !isDeepStrictEqual(before[key], next[key]));
}
