import { resolve } from 'node:path';

/**
 * The absolute path of an operator's own policy: of something with a slash, or that ends in .ts or .js. Nothing for the name of one that comes
 * with Spillway.
 */
export function policyFile(name: string, directory: string): string | undefined {
  return name.includes('/') || /\.[jt]s$/.test(name) ? resolve(directory, name) : undefined;
}
