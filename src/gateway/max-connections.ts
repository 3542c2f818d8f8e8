import { descriptorLimit } from '../system/descriptor-limit.ts';

/** The rest is for programs, daemons and the bodies on disk. */
const connectionsShare = 3 / 4;
const reserve = 64;

/** Most connections of all listeners together: the operator's word, or what the descriptors of this process allow. */
export function maxConnections(configured: number | undefined): number {
  return configured ?? Math.max(1, Math.floor(descriptorLimit() * connectionsShare) - reserve);
}
