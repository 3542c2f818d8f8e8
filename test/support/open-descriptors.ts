import { readdirSync } from 'node:fs';

/** Descriptors that this process has open; other tests run beside this one in the same process. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** What other tests may have opened meanwhile: to find a leak, leak more often than this. */
export const descriptorNoise = 25;
