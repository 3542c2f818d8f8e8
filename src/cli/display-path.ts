import { relative } from 'node:path';

/** A path as it is shortest from where the operator stands: relative below, absolute elsewhere. */
export function displayPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
